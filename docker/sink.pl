#!/usr/bin/perl
# A customer's URL for the lab: takes POSTs and prints each as a line, webhook-id, webhook-timestamp, webhook-signature and body with tabs
# between. First it prints "listening <port>".
#   LISTEN_IP=0.0.0.0   LISTEN_PORT=8070, 0 for any   STATUS=204, what it answers
use strict;
use warnings;
use IO::Socket::INET;

my $body_max_bytes = 1 << 20;
my $server = IO::Socket::INET->new(
    LocalAddr => $ENV{LISTEN_IP} // '0.0.0.0',
    LocalPort => $ENV{LISTEN_PORT} // 8070,
    Listen    => 64,
    ReuseAddr => 1,
) or die "sink: cannot listen: $@\n";
$| = 1;
print 'listening ', $server->sockport, "\n";

while (my $client = $server->accept) {
    my ($text, %header) = ('');
    # A customer that stops in the middle must not stop the others.
    eval {
        local $SIG{ALRM} = sub { die "too slow\n" };
        alarm 10;
        my $request = <$client> // die "empty\n";
        while (defined(my $line = <$client>)) {
            $line =~ s/\r?\n\z//;
            last if $line eq '';
            my ($name, $value) = split /:\s*/, $line, 2;
            $header{lc $name} = $value // '';
        }
        my $length = $header{'content-length'} || 0;
        die "too large\n" if $length > $body_max_bytes;
        while (length($text) < $length) {
            read($client, $text, $length - length($text), length($text)) or die "cut off\n";
        }
        alarm 0;
        my @fields = map { $_ // '' } @header{qw(webhook-id webhook-timestamp webhook-signature)}, $text;
        s/[\t\r\n]/ /g for @fields;
        print join("\t", @fields), "\n";
        print $client 'HTTP/1.1 ', $ENV{STATUS} || 204, " Taken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    };
    alarm 0;
    close $client;
}
