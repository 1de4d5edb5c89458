// Package cloudapi is WhatsApp as it is documented: the webhook listener that takes what WhatsApp tells, the Decoder
// that turns a webhook body into inbox facts, and the Graph API client that sends.
//
// Incoming bodies go one way: Listener checks size and signature over the raw bytes and hands the body to
// inbox.Intake; only when that made it durable is 200 answered, because WhatsApp cannot be asked for it again. Decode
// reads the body later, in journal order, and loses no item to a bad neighbour.
//
// Outgoing messages go one way too: Client.Send makes exactly one request and says what is known of it afterwards.
// WhatsApp has no idempotency key, so a request whose first byte may have left is never repeated here.
//
// Nothing in this package logs a body, a token, a query string or a whole phone number.
package cloudapi
