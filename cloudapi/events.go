package cloudapi

import "frontdesk/inbox"

var _ inbox.Decoder = Decode

// Decode implements inbox.Decoder: it turns one webhook body into facts about the given line, in the order of the
// body. What cannot be read becomes inbox.Unreadable with its path; its neighbours are read all the same. It never
// fails as a whole and never panics.
func Decode(body []byte, line inbox.LineID) []inbox.Fact { return nil }
