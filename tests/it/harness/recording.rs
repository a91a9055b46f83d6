//! Recorded calls, in WAV files: 16 bits, one channel, 8,000 samples a second, after a header of 44 bytes.

use std::f64::consts::PI;
use std::fs;
use std::path::{Path, PathBuf};

use super::patience;
use super::world::{Switched, World};

const HEADER_BYTES: usize = 44;
const SAMPLES_A_SECOND: u32 = 8_000;
/// Samples in which a tone is looked for at a time: 50 ms.
const WINDOW_SAMPLES: usize = 400;
/// How loud the tones are that are played, about.
const LOUD: f64 = 10_000.0;
/// How loud a tone is that is heard: the start of another one has some of each.
const HEARD: f64 = LOUD / 10.0;

impl World {
    /// Waits until something was recorded of a call; the first file of it. The simulated switch only says so: a WAV is put there for it.
    pub(crate) async fn recorded(&self, call: &str) -> PathBuf {
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
        let file = patience(&format!("a recording of call {call}"), async {
            loop {
                if let Some(file) = self.recordings_of(call).await.into_iter().next() {
                    return file;
                }
                looks.tick().await;
            }
        })
        .await;
        if let Switched::Sim(_) = self.switch {
            append(&file, 0);
        }
        file
    }

    /// The files with something of a call.
    pub(crate) async fn recordings_of(&self, call: &str) -> Vec<PathBuf> {
        let of_call = |file: &PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(call));
        match &self.switch {
            Switched::Sim(handle) => handle.counters().await.recordings.into_iter().map(PathBuf::from).filter(of_call).collect(),
            Switched::Live(_) => written(&self.recordings_folder()).into_iter().filter(of_call).collect(),
        }
    }

    /// Whether there is one now.
    pub(crate) async fn is_recorded(&self, call: &str) -> bool {
        !self.recordings_of(call).await.is_empty()
    }

    /// Where calls are recorded.
    pub(crate) fn recordings_folder(&self) -> PathBuf {
        self.config.recordings.local_folder()
    }

    /// Plays a tone of half a second to a leg that is recorded, and waits for its end. The simulated switch has no sound: what it would record is
    /// put into the file.
    pub(crate) async fn play_tone(&self, leg: &str, hertz: u32) {
        if let Switched::Sim(handle) = &self.switch {
            let counters = handle.counters().await;
            for file in counters.recordings.iter().filter(|file| file.ends_with(&format!("/{leg}.wav"))) {
                append(Path::new(file), if counters.masked.contains(file) { 0 } else { hertz });
            }
            return;
        }
        let _ = self.ask_switch(&format!("uuid_setvar {leg} playback_ms")).await;
        let told = self.ask_switch(&format!("uuid_broadcast {leg} tone_stream://%(500,0,{hertz}) aleg")).await;
        assert!(told.starts_with("+OK"), "{told}");
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(5));
        patience(&format!("a tone to be played to {leg}"), async {
            while self.ask_switch(&format!("uuid_getvar {leg} playback_ms")).await.trim() == "_undef_" {
                looks.tick().await;
            }
        })
        .await;
    }
}

/// The files below a folder that have more than a header.
pub(crate) fn written(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(is) if is.is_dir() => folders.push(entry.path()),
                Ok(is) if is.len() > HEADER_BYTES as u64 => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Adds half a second of a tone to one, of silence with 0; makes it and its folder where it is not there.
pub(crate) fn append(file: &Path, hertz: u32) {
    let mut data = fs::read(file).map(|mut bytes| bytes.split_off(HEADER_BYTES)).unwrap_or_default();
    let step = 2.0 * PI * f64::from(hertz) / f64::from(SAMPLES_A_SECOND);
    data.extend((0..SAMPLES_A_SECOND / 2).flat_map(|at| (((step * f64::from(at)).sin() * LOUD) as i16).to_le_bytes()));
    let size = |more: usize| u32::try_from(data.len() + more).expect("a short file").to_le_bytes();
    let mut bytes = [b"RIFF", &size(36)[..], b"WAVEfmt ", &16_u32.to_le_bytes(), &1_u16.to_le_bytes(), &1_u16.to_le_bytes()].concat();
    bytes.extend([&SAMPLES_A_SECOND.to_le_bytes()[..], &(SAMPLES_A_SECOND * 2).to_le_bytes(), &[2, 0, 16, 0], b"data", &size(0)].concat());
    bytes.extend(data);
    fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
    fs::write(file, bytes).expect("the file can be written");
}

/// Whether a tone is in it anywhere.
pub(crate) fn hears(file: &Path, hertz: u32) -> bool {
    let bytes = fs::read(file).expect("the recording can be read");
    let samples: Vec<f64> = bytes[HEADER_BYTES..].chunks_exact(2).map(|two| f64::from(i16::from_le_bytes([two[0], two[1]]))).collect();
    samples.chunks_exact(WINDOW_SAMPLES).any(|window| amplitude(window, hertz) > HEARD)
}

/// One term of the Fourier sum.
fn amplitude(window: &[f64], hertz: u32) -> f64 {
    let step = 2.0 * PI * f64::from(hertz) / f64::from(SAMPLES_A_SECOND);
    let turned = |turn: fn(f64) -> f64| -> f64 { (0_u32..).zip(window).map(|(at, sample)| sample * turn(step * f64::from(at))).sum() };
    2.0 * turned(f64::cos).hypot(turned(f64::sin)) / f64::from(u32::try_from(window.len()).expect("a short window"))
}
