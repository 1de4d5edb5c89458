package enclose

import (
	"cmp"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Given is the path that people mean by what they type, paste or drop: quotes and backslashes as a terminal puts around a
// file that is dragged into it, a file: address as a file manager copies it, and ~ for their own directory.
func Given(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "file://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 && (i == 0 || rest[:i] == "localhost") {
			if path, err := url.PathUnescape(rest[i:]); err == nil {
				return path
			}
		}
		return text
	}
	if n := len(text); n > 1 && (text[0] == '\'' || text[0] == '"') && text[n-1] == text[0] {
		text = text[1 : n-1]
		if strings.Contains(text, `'\''`) {
			text = strings.ReplaceAll(text, `'\''`, "'")
		}
	} else if strings.Contains(text, `\`) && filepath.Separator == '/' {
		text = unescaped(text)
	}
	if text == "~" || strings.HasPrefix(text, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			text = home + text[1:]
		}
	}
	return text
}

// Anew is a path of which somebody began another one behind what stood there, as people do who do not delete it first:
// that one alone.
func Anew(typed string) string {
	if strings.HasPrefix(typed, "file:") {
		return typed
	}
	begins := max(strings.LastIndex(typed, "//"), strings.LastIndex(typed, "/~/"))
	return typed[begins+1:]
}

func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Dropped reports whether a text that came in one piece is the path of a plain file here: what a terminal types when a
// file is dragged into it. Words that happen to begin with a slash are no file.
func Dropped(text string) (path string, ok bool) {
	if strings.ContainsAny(strings.TrimSpace(text), "\n\r") || len(text) > 4096 {
		return "", false
	}
	path = Given(text)
	if !filepath.IsAbs(path) {
		return "", false
	}
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular()
}

// Entry is one that a path may go on with.
type Entry struct {
	Path  string // a directory's ends in a slash
	Dir   bool
	Bytes int64
	at    time.Time
}

// entriesMost bounds what is read of a directory.
const entriesMost = 2000

// Complete lists the files that begin as typed, the newest first: what is to be sent was mostly made or fetched a moment
// ago. Then come directories. What is hidden comes only when its dot was typed. The error is why the directory could not be
// read.
func Complete(typed string) ([]Entry, error) {
	dir, base := filepath.Split(Given(typed))
	if dir == "" {
		dir = "."
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	all, err := d.ReadDir(entriesMost)
	if len(all) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var found []Entry
	for _, e := range all {
		name := e.Name()
		if !strings.HasPrefix(strings.ToLower(name), strings.ToLower(base)) || strings.HasPrefix(name, ".") && !strings.HasPrefix(base, ".") {
			continue
		}
		info, err := os.Stat(filepath.Join(dir, name)) // through links
		if err != nil || !info.IsDir() && !info.Mode().IsRegular() {
			continue
		}
		entry := Entry{Path: filepath.Join(dir, name), Dir: info.IsDir(), Bytes: info.Size(), at: info.ModTime()}
		if entry.Dir {
			entry.Path += string(filepath.Separator)
		}
		found = append(found, entry)
	}
	slices.SortFunc(found, func(a, b Entry) int {
		switch {
		case a.Dir != b.Dir && a.Dir:
			return 1
		case a.Dir != b.Dir:
			return -1
		case a.Dir:
			return strings.Compare(a.Path, b.Path)
		}
		return cmp.Or(b.at.Compare(a.at), strings.Compare(a.Path, b.Path))
	})
	return found, nil
}

// Common is what tab makes of a typed path: as far as all entries agree, or the chosen one when they agree no further.
func Common(found []Entry, chosen int, typed string) string {
	same := found[0].Path
	for _, e := range found[1:] {
		for !strings.HasPrefix(e.Path, same) {
			_, n := utf8.DecodeLastRuneInString(same)
			same = same[:len(same)-n]
		}
	}
	if len(same) <= len(filepath.Clean(Given(typed))) || strings.EqualFold(same, Given(typed)) {
		return found[min(chosen, len(found)-1)].Path
	}
	return same
}
