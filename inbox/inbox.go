// Package inbox is the domain of frontdesk: what is true about the threads of one WhatsApp number, and what people may
// do with them. It holds the merge of webhooks, phone echoes and our own sends into one thread, the outbox, the rules
// (window, order, who answered first) and the Owner, the one process that holds the store.
//
// The package imports no other package of this program and opens neither file nor socket. What it needs from outside
// it names as ports: Journal (the record), Views (the cache), Gateway (WhatsApp), Decoder (webhook bodies to facts).
// What it offers is Desk: everything that a screen, a command or a script may do.
//
// Data takes one way: journal entry -> facts -> Apply -> views -> Event. Echoes, history, statuses and our own sends
// all become facts and go that way.
package inbox

import "time"

// Clock says what time it is. Rules take the time as an argument; only owners of a loop hold a Clock.
type Clock func() time.Time
