// SIP over WebSocket for the softphones.
export { default } from "jssip";
