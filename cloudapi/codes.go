package cloudapi

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Codes of this program for what happens without an error code of WhatsApp's. They are negative, so that they can
// never be one of WhatsApp's, and Explain knows them.
const (
	CodeUnreachable = -1 // no connection: not one byte of the request left
	CodeNoAnswer    = -2 // the request left, no usable answer came
	CodeRefused     = -3 // refused with an HTTP status alone
	CodeUnsendable  = -4 // the message cannot be put into a request
	CodeFileMissing = -5 // its file is not in the vault any more; the same as inbox.CodeFileMissing
	CodeNotUploaded = -6 // its file could not be handed over
)

// codeNoReason stands for a failure that names no code. Its row says just that, and as a large number it loses
// against a real code of the same second (merge-rules 6, ticks).
const codeNoReason = 135000

//go:embed error-codes.csv
var errorCodes []byte

// explanation is one row of the table.
type explanation struct{ title, hint string }

// codeTable is error-codes.csv, the one table of reasons and next steps.
type codeTable struct {
	rows   map[[2]int]explanation
	ranges []codeRange
}

type codeRange struct {
	low, high int
	explanation
}

var table = sync.OnceValue(func() codeTable {
	t, err := readCodes(errorCodes)
	if err != nil {
		panic("cloudapi: " + err.Error()) // the file is part of the program; a test reads it
	}
	for code, e := range ownCodes {
		t.rows[[2]int{code, 0}] = e
	}
	return t
})

var ownCodes = map[int]explanation{
	CodeUnreachable: {"WhatsApp cannot be reached", "Nothing was sent. Check the network; it is tried again by itself."},
	CodeNoAnswer:    {"No answer from WhatsApp", "It may have been sent. Look at the phone, then resend or discard it; a late delivery report settles it by itself."},
	CodeRefused:     {"WhatsApp refused without a reason", "Check the setup with an administrator, then try again."},
	CodeNotUploaded: {"The file could not be uploaded", "Nothing was sent. Check the network; it is tried again by itself."},
	CodeFileMissing: {"The file is not here any more", "Nothing was sent. Attach the file again."},
	CodeUnsendable:  {"This message cannot be sent as it is", "Correct it and send it again."},
}

// readCodes reads the table: code (or a range such as 200-299), subcode, name, http_status, retryable, agent_hint.
func readCodes(b []byte) (codeTable, error) {
	t := codeTable{rows: map[[2]int]explanation{}}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return t, fmt.Errorf("error-codes.csv: %w", err)
	}
	for i, r := range rows[1:] {
		e := explanation{title: r[2], hint: r[5]}
		low, high, ranged := strings.Cut(r[0], "-")
		first, err := strconv.Atoi(low)
		if err != nil {
			return t, fmt.Errorf("error-codes.csv line %d: code %q", i+2, r[0])
		}
		if ranged {
			last, err := strconv.Atoi(high)
			if err != nil {
				return t, fmt.Errorf("error-codes.csv line %d: range %q", i+2, r[0])
			}
			t.ranges = append(t.ranges, codeRange{first, last, e})
			continue
		}
		sub := 0
		if r[1] != "" {
			if sub, err = strconv.Atoi(r[1]); err != nil {
				return t, fmt.Errorf("error-codes.csv line %d: subcode %q", i+2, r[1])
			}
		}
		t.rows[[2]int{first, sub}] = e
	}
	return t, nil
}

// find looks for the code with its subcode, then the code alone, then a range that holds it.
func (t codeTable) find(code, subcode int) (explanation, bool) {
	if e, ok := t.rows[[2]int{code, subcode}]; ok {
		return e, true
	}
	if e, ok := t.rows[[2]int{code, 0}]; ok {
		return e, true
	}
	for _, r := range t.ranges {
		if r.low <= code && code <= r.high {
			return r.explanation, true
		}
	}
	return explanation{}, false
}

// Explain implements inbox.Explain: what an error code means, and what to do next. A code that the table does not
// know gets a sentence and a next step as well; neither is ever empty.
func Explain(code, subcode int) (title, hint string) {
	if e, ok := table().find(code, subcode); ok {
		return e.title, e.hint
	}
	return fmt.Sprintf("WhatsApp error %d", code),
		"WhatsApp gave a reason that this program does not know. Read the details; if it happens again, show this number to an administrator."
}
