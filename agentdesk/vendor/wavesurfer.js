// The waveform of a recording.
export { default } from "wavesurfer.js";
