//! Programs beside the test: the scripts of `docker/`, which are also the entrypoints of the containers, and programs of the machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// No process of a test lives longer than this, whatever becomes of the test.
pub(crate) const LIFETIME_S: u32 = 600;

/// A running script, ended when it is dropped. It tells by lines how far it came.
pub(crate) struct Process {
    what: String,
    child: Child,
    lines: Option<Lines<BufReader<ChildStdout>>>,
}

impl Process {
    /// Starts `docker/<script>` with these variables. Its errors go to the test's.
    pub(crate) fn start(script: &str, variables: &[(&str, String)]) -> Self {
        Self::with_output(script, variables, Stdio::piped())
    }

    /// The same for a script whose output nobody reads.
    pub(crate) fn start_quiet(script: &str, variables: &[(&str, String)]) -> Self {
        Self::with_output(script, variables, Stdio::null())
    }

    fn with_output(script: &str, variables: &[(&str, String)], output: Stdio) -> Self {
        let mut command = ending_with_us(&scripts().join(script));
        command.envs(variables.iter().map(|(name, value)| (*name, value))).stdout(output);
        Self::run(script, command)
    }

    /// Starts a program of the machine with these arguments and variables.
    pub(crate) fn of_machine(program: &Path, args: &[String], variables: &[(&str, &Path)]) -> Self {
        let mut command = ending_with_us(program);
        command.args(args).envs(variables.iter().copied()).stdout(Stdio::piped());
        Self::run(&program.display().to_string(), command)
    }

    fn run(what: &str, mut command: Command) -> Self {
        command.stdin(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{what} does not start: {error}"));
        let lines = child.stdout.take().map(|output| BufReader::new(output).lines());
        Self { what: what.to_owned(), child, lines }
    }

    /// The next line that it prints; none when it ended.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let lines = self.lines.as_mut()?;
        super::patience(&format!("a line of {}", self.what), lines.next_line()).await.expect("its output is text")
    }

    /// The same of one that may keep silent for long.
    pub(crate) async fn next_line(&mut self) -> Option<String> {
        self.lines.as_mut()?.next_line().await.expect("its output is text")
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// Waits for its end; whether all went well.
    pub(crate) async fn ended(&mut self) -> bool {
        super::patience(&format!("the end of {}", self.what), self.child.wait()).await.expect("it can be waited for").success()
    }

    /// Ends it at once.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("it can be ended");
    }
}

/// Where the scripts are.
fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docker")
}

/// A command that the kernel ends with the thread that started it, where util-linux has the tool: a killed test leaves nothing behind.
fn ending_with_us(program: &Path) -> Command {
    if on_path("setpriv").is_none() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Where a program is.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
