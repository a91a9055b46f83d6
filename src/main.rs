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

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(config) => app::serve(&config.path).await,
        Command::Lab(options) => app::lab::run(options).await,
        Command::Sim(options) => app::sim::run(options).await,
        Command::User(UserCommand::Create { config, user }) => app::user::create(&config.path, user).await,
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
