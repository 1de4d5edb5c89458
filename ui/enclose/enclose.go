// Package enclose makes a file of this machine ready to be sent: it finds it under a path as people give one, holds it
// against what WhatsApp takes before a byte of it moves, and makes a voice note of a sound, with ffmpeg.
//
// Files are read here, by whoever attaches them, and handed to the owner as bytes: nobody gets a file sent that they could
// not have read themselves.
package enclose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"frontdesk/inbox"
)

// File is one that can be sent.
type File struct {
	Path string // "" for one that somebody else handed over
	inbox.OutFile
	Convert bool // into a voice note, first
	Gone    bool // it was handed over, and somebody took it away there
}

// Handed reports whether a desk has the file already.
func (f File) Handed() bool { return f.OutFile.File.Valid() }

// Look finds a file and decides as what it goes; as is one of inbox.SendKinds, or empty to let its type decide. The error
// is a *inbox.Error.
func Look(path, as string) (File, error) {
	f := File{Path: path}
	in, err := open(path)
	if err != nil {
		return f, err
	}
	defer in.Close()
	s, err := sample(in)
	if err != nil {
		return f, unreadable(err)
	}
	if f.OutFile, err = s.Fits(as); err == nil || as != inbox.AsVoice {
		return f, err
	}
	// It is no voice note yet. What it is then is ffmpeg's to say.
	if _, missing := exec.LookPath(converter); missing != nil || s.Bytes == 0 {
		return f, err
	}
	f.OutFile, f.Convert = inbox.OutFile{As: inbox.AsVoice, Name: voiceName(s.Name), MIME: "audio/ogg"}, true
	return f, nil
}

// HandOver gives the file to a desk, unless that has it. It converts it first, where that is needed.
func (f File) HandOver(ctx context.Context, desk inbox.Desk) (inbox.OutFile, error) {
	if f.Handed() {
		return f.OutFile, nil
	}
	path := f.Path
	if f.Convert {
		dir, err := os.MkdirTemp("", "frontdesk-voice-")
		if err != nil {
			return f.OutFile, unreadable(err)
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "voice.ogg")
		if err := convert(ctx, f.Path, path); err != nil {
			return f.OutFile, err
		}
	}
	in, err := open(path)
	if err != nil {
		return f.OutFile, err
	}
	defer in.Close()
	return desk.KeepFile(ctx, f.Name, f.As, in)
}

// Header hands over the file that a template's header names, if it names one.
func Header(ctx context.Context, desk inbox.Desk, out *inbox.Outgoing) error {
	if out.Template == nil || out.Template.HeaderMedia == nil || out.Template.HeaderMedia.File == "" {
		return nil
	}
	f, err := Look(out.Template.HeaderMedia.File, "")
	if err != nil {
		return err
	}
	kept, err := f.HandOver(ctx, desk)
	if err != nil {
		return err
	}
	t := *out.Template
	t.HeaderMedia = &inbox.HeaderMedia{Name: kept.Name, Kept: &kept}
	out.Template = &t
	return nil
}

// open opens a plain file: opening a pipe would wait for its other end.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, unreadable(err)
	case !info.Mode().IsRegular():
		return nil, unreadable(fmt.Errorf("%s is no plain file", path))
	}
	in, err := os.Open(path)
	if err != nil {
		return nil, unreadable(err)
	}
	return in, nil
}

func sample(in *os.File) (inbox.Sample, error) {
	s := inbox.Sample{Name: inbox.PlainName(in.Name()), Head: make([]byte, 512)}
	n, err := io.ReadFull(in, s.Head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return s, err
	}
	s.Head = s.Head[:n]
	s.Bytes, err = in.Seek(0, io.SeekEnd)
	return s, err
}

func unreadable(err error) error {
	why := err.Error()
	if p, ok := errors.AsType[*os.PathError](err); ok {
		why = p.Path + ": " + p.Err.Error()
	}
	return inbox.Refusal("file-unreadable", "why", inbox.Clean(why)).Because(err)
}

const (
	converter     = "ffmpeg"
	convertWithin = 2 * time.Minute
)

// voiceName is the name of a voice note that was made of a sound.
func voiceName(name string) string {
	return name[:len(name)-len(filepath.Ext(name))] + ".ogg"
}

// convert makes a voice note: one channel, Opus, in Ogg (cloud-api 2.5). Only files are opened, whatever a playlist names.
func convert(ctx context.Context, from, to string) error {
	abs, err := filepath.Abs(from)
	if err != nil {
		return unreadable(err)
	}
	ctx, cancel := context.WithTimeout(ctx, convertWithin)
	defer cancel()
	c := exec.CommandContext(ctx, converter, "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i", "file:"+abs,
		"-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-ar", "48000", "-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg", to)
	c.WaitDelay = time.Second
	if out, err := c.CombinedOutput(); err != nil {
		why := inbox.PlainName(string(out))
		if why == "" {
			why = err.Error()
		}
		return inbox.Refusal("file-unconverted", "name", inbox.PlainName(from), "why", why).Because(err)
	}
	return nil
}
