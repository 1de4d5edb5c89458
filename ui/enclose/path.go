package enclose

import (
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
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

// completionsMost bounds what is read of a directory.
const completionsMost = 500

// Complete lists the paths that begin as typed, directories with a slash at their end. Hidden ones come only when their dot
// was typed.
func Complete(typed string) []string {
	path := Given(typed)
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	entries, _ := d.ReadDir(completionsMost)
	var found []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || strings.HasPrefix(name, ".") && !strings.HasPrefix(base, ".") {
			continue
		}
		is := e.Type()
		if is&os.ModeSymlink != 0 {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
				is = info.Mode().Type()
			}
		}
		whole := filepath.Join(dir, name)
		if dir == "." {
			whole = name
		}
		switch {
		case is.IsDir():
			found = append(found, whole+string(filepath.Separator))
		case is.IsRegular():
			found = append(found, whole)
		}
	}
	sort.Strings(found)
	return found
}
