//! Plays one script to any switch.
