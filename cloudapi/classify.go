package cloudapi

import "frontdesk/inbox"

// outcomeOf classifies an error answer to POST /messages (merge-rules 7.3, decisions 13). A code that has a row wins
// over the HTTP status: throttling arrives as 400 and maintenance as 500. A code without a row leaves it to the
// status. Nothing in a 5xx says that the message was refused, so its outcome is unknown.
func outcomeOf(e *APIError) inbox.Result {
	if e.hasCode {
		if r, ok := byCode(e.Code, e.Subcode); ok {
			return r
		}
	}
	switch {
	case e.Status == 429:
		return inbox.ResultThrottled
	case e.Status == 401:
		return inbox.ResultRejectedAuth
	case e.Status >= 400 && e.Status < 500:
		return inbox.ResultRejected
	}
	return inbox.ResultUnknown // 5xx, and answers that are neither yes nor no
}

func byCode(code, subcode int) (inbox.Result, bool) {
	switch code {
	case 4, 341, 613, 80007, 130429, 131057:
		return inbox.ResultThrottled, true
	case 131056:
		return inbox.ResultThrottledThread, true
	case 0, 3, 10, 190:
		return inbox.ResultRejectedAuth, true
	case 33, 368, 131031, 131037, 131042, 131045, 131048, 133010:
		return inbox.ResultRejectedAccount, true
	case 131047:
		return inbox.ResultRejectedWindow, true
	case 1, 2, 131000, 131016:
		return inbox.ResultUnknown, true
	}
	switch {
	case code == 100 && subcode == 33:
		return inbox.ResultRejectedAccount, true
	case 200 <= code && code <= 299:
		return inbox.ResultRejectedAuth, true
	}
	return "", false
}
