package cloudapi

import "sync/atomic"

// Counts says how requests to a Listener ended since it was made, for a status display.
type Counts struct {
	Stored   uint64 `json:"stored"`   // 200: durable
	Imported uint64 `json:"imported"` // 200: durable, history or contacts
	Foreign  uint64 `json:"foreign"`  // 200: about other numbers only, dropped
	Tested   uint64 `json:"tested"`   // 200: a test event, of which nothing is kept

	Unsigned   uint64 `json:"unsigned"`   // 401: no or a malformed signature header
	Forged     uint64 `json:"forged"`     // 401: wrong signature
	TooLarge   uint64 `json:"too_large"`  // 413
	Unread     uint64 `json:"unread"`     // 400 or 408: the body ended early or dripped
	Overloaded uint64 `json:"overloaded"` // 503: no room in memory
	Refused    uint64 `json:"refused"`    // 503: could not be made durable

	Verified      uint64 `json:"verified"`       // 200 to a challenge
	VerifyFailed  uint64 `json:"verify_failed"`  // 403
	VerifyLimited uint64 `json:"verify_limited"` // 429
	NotFound      uint64 `json:"not_found"`      // 404
}

type counters struct {
	stored, imported, foreign, tested                       atomic.Uint64
	unsigned, forged, tooLarge, unread, overloaded, refused atomic.Uint64
	verified, verifyFailed, verifyLimited, notFound         atomic.Uint64
}

func (c *counters) read() Counts {
	return Counts{
		Stored:        c.stored.Load(),
		Imported:      c.imported.Load(),
		Foreign:       c.foreign.Load(),
		Tested:        c.tested.Load(),
		Unsigned:      c.unsigned.Load(),
		Forged:        c.forged.Load(),
		TooLarge:      c.tooLarge.Load(),
		Unread:        c.unread.Load(),
		Overloaded:    c.overloaded.Load(),
		Refused:       c.refused.Load(),
		Verified:      c.verified.Load(),
		VerifyFailed:  c.verifyFailed.Load(),
		VerifyLimited: c.verifyLimited.Load(),
		NotFound:      c.notFound.Load(),
	}
}
