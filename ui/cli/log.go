package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/natefinch/lumberjack.v2"
)

// openLog starts the log in the data directory, rotated at 10 MiB with three older ones kept, mode 0600. also is a
// second place, for serve under systemd, that gets warnings and errors; nil for none.
func openLog(dir, level string, also io.Writer) (*slog.Logger, io.Closer, error) {
	l, err := logLevel(level)
	if err != nil {
		return nil, nil, err
	}
	file := &lumberjack.Logger{Filename: filepath.Join(dir, "frontdesk.log"), MaxSize: 10, MaxBackups: 3}
	if f, err := os.OpenFile(file.Filename, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, nil, fmt.Errorf("log %s: %w; check the disk and who owns the directory", file.Filename, rootCause(err))
	} else if err := f.Close(); err != nil {
		return nil, nil, err
	}
	h := slog.Handler(slog.NewTextHandler(file, &slog.HandlerOptions{Level: l}))
	if also != nil {
		h = slog.NewMultiHandler(h, slog.NewTextHandler(also, &slog.HandlerOptions{Level: max(l, slog.LevelWarn)}))
	}
	return slog.New(newRedactor(h)), file, nil
}

func logLevel(s string) (l slog.Level, err error) {
	if l.UnmarshalText([]byte(s)) != nil {
		return l, usage("--log-level is %q; it must be one of debug, info, warn, error", s)
	}
	return l, nil
}

// redactor keeps secrets, numbers and message text out of the log whatever a caller hands it.
type redactor struct{ next slog.Handler }

func newRedactor(next slog.Handler) slog.Handler { return redactor{next} }

// Keys whose value never goes to the log.
var unloggable = []string{"token", "access_token", "app_secret", "verify_token", "secret", "authorization", "text", "body",
	"query", "name", "caption", "password"}

var (
	tokenLike = regexp.MustCompile(`EAA[A-Za-z0-9]{8,}|ibx_[A-Za-z0-9_-]{8,}`)
	longDigit = regexp.MustCompile(`\d{9,}`)
)

// redact hides tokens and all but the last four digits of long numbers.
func redact(s string) string {
	s = tokenLike.ReplaceAllString(s, hidden)
	return longDigit.ReplaceAllStringFunc(s, func(d string) string { return "…" + d[len(d)-4:] })
}

func redactAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	if slices.Contains(unloggable, strings.ToLower(a.Key)) {
		return slog.String(a.Key, hidden)
	}
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, redact(v.String()))
	case slog.KindGroup:
		var in []any
		for _, x := range v.Group() {
			in = append(in, redactAttr(x))
		}
		return slog.Group(a.Key, in...)
	case slog.KindAny:
		return slog.String(a.Key, redact(fmt.Sprint(v.Any())))
	}
	return slog.Attr{Key: a.Key, Value: v}
}

func (r redactor) Enabled(ctx context.Context, l slog.Level) bool { return r.next.Enabled(ctx, l) }

func (r redactor) Handle(ctx context.Context, rec slog.Record) error {
	clean := slog.NewRecord(rec.Time, rec.Level, redact(rec.Message), rec.PC)
	rec.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(redactAttr(a))
		return true
	})
	return r.next.Handle(ctx, clean)
}

func (r redactor) WithAttrs(as []slog.Attr) slog.Handler {
	out := make([]slog.Attr, len(as))
	for i, a := range as {
		out[i] = redactAttr(a)
	}
	return redactor{r.next.WithAttrs(out)}
}

func (r redactor) WithGroup(name string) slog.Handler { return redactor{r.next.WithGroup(name)} }
