// Package sandbox is a practice WhatsApp: the far side of the Cloud API, on loopback, for any client.
//
// It plays three parties. The Graph API double takes the requests that a client sends and refuses what Meta
// refuses, with Meta's error bodies. The phone is the WhatsApp Business app that shares the number (Coexistence);
// what is typed on it arrives as smb_message_echoes. The customers write, read, react, edit and take back. What
// the three do reaches the client as Meta's webhooks: escaped JSON, signed over the raw bytes, repeated until the
// client answers 200.
//
// The package speaks HTTP only and imports no other package of this program, so a mistake in the client's idea
// of WhatsApp cannot hide in a shared type.
//
// Time is the sandbox's own. Config.Speed makes every wait shorter; all of it uses package time, so the whole
// sandbox also runs inside a testing/synctest bubble when it is given Config.Listen = NoListener and
// Config.Callback instead of sockets.
//
// What it does not check is said where it matters: links to media are not fetched, and audio or video is judged
// by its declared type, its size and its first bytes.
package sandbox
