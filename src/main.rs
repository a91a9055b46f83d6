//! The `ccgate` command.

use std::path::PathBuf;
use std::process::ExitCode;

use ccgate::app;
use clap::{Args, Parser, Subcommand};

/// The HTTP APIs of hosted call-centre vendors, on your own FreeSWITCH.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run beside a FreeSWITCH box
    Serve(ConfigFile),
    /// Try it: service, simulated switch, agents, 2 queues and calls, with data that goes when it ends
    Lab(app::lab::Options),
    /// Run the simulated switch alone
    Sim(app::sim::Options),
    /// Users
    #[command(subcommand)]
    User(UserCommand),
    /// Print what is not on the switch as the database says; ends with 0 for nothing, 2 for something, 1 for an error
    Diff(ConfigFile),
    /// Make the switch as the database says, once; a running ccgate does it by itself, unless it only observes
    Apply {
        #[command(flatten)]
        config: ConfigFile,
        /// Only print what would be done, as ccgate diff does
        #[arg(long)]
        dry_run: bool,
    },
    /// Take over an installation that was there before: list it, import it, manage it queue by queue
    Adopt {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        adopt: app::adopt::Options,
    },
    /// Tell what is ready and what to do: configuration, database, switch, modules, xml_curl
    Check {
        #[command(flatten)]
        config: ConfigFile,
        /// One JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make a user, and print its API key once
    Create {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        user: app::user::Options,
    },
}

#[derive(Args)]
struct ConfigFile {
    /// The configuration; ccgate.example.toml shows every key
    #[arg(long = "config", default_value = "ccgate.toml", value_name = "FILE")]
    path: PathBuf,
}

/// What `ccgate diff` ends with when there are differences.
const SOME_DIFFERENCES: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(config) => app::serve(&config.path).await,
        Command::Lab(options) => app::lab::run(options).await,
        Command::Sim(options) => app::sim::run(options).await,
        Command::User(UserCommand::Create { config, user }) => app::user::create(&config.path, user).await,
        Command::Diff(config) | Command::Apply { config, dry_run: true } => match app::diff::run(&config.path, false).await {
            Ok(true) => return ExitCode::from(SOME_DIFFERENCES),
            other => other.map(|_| ()),
        },
        Command::Apply { config, dry_run: false } => app::diff::run(&config.path, true).await.map(|_| ()),
        Command::Adopt { config, adopt } => app::adopt::run(&config.path, &adopt).await,
        Command::Check { config, json } => match app::check::run(&config.path, json).await {
            Ok(true) => Ok(()),
            Ok(false) => return ExitCode::FAILURE,
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error, not the log: there may be no log yet.
            #[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
            {
                eprintln!("ccgate: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
