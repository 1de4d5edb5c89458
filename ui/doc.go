// Package ui is the screen of frontdesk: the thread list, the conversation, the composer and their dialogs, drawn on an
// [inbox.Desk]. It knows nothing of stores, sockets or WhatsApp's API; whatever it may not do, the Desk refuses.
//
// # One model, plain parts
//
// [Model] is the only tea.Model. Panes are structs with ordinary methods: they keep what they show and draw it as rows
// that fit exactly. Geometry is one pure function (layout.go), keys are one table (actions.go), words are one catalogue
// (words.go), colours are one theme (theme.go).
//
// # Time and work
//
// Update and View never call the Desk: commands (desk.go) do, and come back as messages. Events are taken in batches, so
// a burst costs one frame. One timer is armed for the next moment at which something on the screen changes by itself
// (wake.go); an idle screen draws nothing.
//
// # Text from strangers
//
// What the Desk hands out is clean. The screen still passes only text and colour to the terminal (ui/term), and cleans
// what the Desk says is not: the raw events behind a message.
package ui
