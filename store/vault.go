package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/inbox"
)

// mediaDir holds the files of messages: media/ab/ab…, each under the SHA-256 of what is in it.
const mediaDir = "media"

// mediaReserve is the room on the disk that files of messages leave to the journal: WhatsApp keeps them for a week, and
// what the journal cannot take is lost.
const mediaReserve = 256 << 20

// vault implements inbox.Vault in a directory. It keeps no state: names say all.
type vault struct{ dir string }

var _ inbox.Vault = vault{}

// Vault keeps the files of messages, under media/ in the store's directory.
func (s *Store) Vault() inbox.Vault { return vault{filepath.Join(s.dir, mediaDir)} }

func (v vault) file(name inbox.FileName) string {
	return filepath.Join(v.dir, string(name[:2]), string(name))
}

// Draft implements inbox.Vault.
func (v vault) Draft() (inbox.FileDraft, error) {
	if err := os.MkdirAll(v.dir, dirMode); err != nil {
		return nil, unusable(v.dir, err)
	}
	if free, ok := freeSpace(v.dir); ok && free < mediaReserve {
		return nil, fmt.Errorf("%w: %s has %s left, which are kept for the journal", inbox.ErrFull, v.dir, human(free))
	}
	f, err := os.OpenFile(tempName(v.dir), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return nil, unusable(v.dir, err)
	}
	return &vaultDraft{vault: v, file: f, sum: sha256.New()}, nil
}

// vaultDraft is a file under a name that sweep knows.
type vaultDraft struct {
	vault vault
	file  *os.File
	sum   hash.Hash
	err   error // the first of Write
}

// Write implements io.Writer.
func (d *vaultDraft) Write(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.file.Write(p)
	d.sum.Write(p[:n])
	if err != nil {
		d.err = unusable(d.vault.dir, err)
	}
	return n, d.err
}

// Sum implements inbox.FileDraft.
func (d *vaultDraft) Sum() string { return hex.EncodeToString(d.sum.Sum(nil)) }

// Keep implements inbox.FileDraft.
func (d *vaultDraft) Keep(name inbox.FileName) error {
	if d.err != nil || !name.Valid() || name.Sum() != d.Sum() {
		d.Drop()
		if d.err == nil {
			d.err = errors.New("a file does not go by its own sum")
		}
		return d.err
	}
	path := d.vault.file(name)
	shelf := filepath.Dir(path)
	err := d.file.Sync()
	if cerr := d.file.Close(); err == nil {
		err = cerr
	}
	if err == nil && !exists(shelf) {
		if err = os.MkdirAll(shelf, dirMode); err == nil {
			err = syncDir(d.vault.dir)
		}
	}
	if err == nil {
		err = os.Rename(d.file.Name(), path) // what lies there already is the same
	}
	if err == nil {
		err = syncDir(shelf)
	}
	if err != nil {
		os.Remove(d.file.Name())
		return unusable(shelf, err)
	}
	return nil
}

// Drop implements inbox.FileDraft.
func (d *vaultDraft) Drop() {
	d.file.Close()
	os.Remove(d.file.Name())
}

// Open implements inbox.Vault.
func (v vault) Open(name inbox.FileName) (io.ReadSeekCloser, error) {
	if !name.Valid() {
		return nil, fmt.Errorf("there is no such file: %w", fs.ErrNotExist)
	}
	f, err := os.Open(v.file(name))
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Path implements inbox.Vault.
func (v vault) Path(name inbox.FileName) string {
	if !name.Valid() || !exists(v.file(name)) {
		return ""
	}
	return v.file(name)
}

// Remove implements inbox.Vault.
func (v vault) Remove(name inbox.FileName) error {
	if !name.Valid() {
		return nil
	}
	return removeFile(v.file(name))
}

// All implements inbox.Vault. What else lies in the directory is not ours and is not listed.
func (v vault) All() (map[inbox.FileName]int64, error) {
	all := map[inbox.FileName]int64{}
	shelves, err := os.ReadDir(v.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	for _, shelf := range shelves {
		if !shelf.IsDir() || len(shelf.Name()) != 2 {
			continue
		}
		files, ferr := os.ReadDir(filepath.Join(v.dir, shelf.Name()))
		err = errors.Join(err, ferr)
		for _, f := range files {
			name := inbox.FileName(f.Name())
			if !name.Valid() || !strings.HasPrefix(f.Name(), shelf.Name()) || !f.Type().IsRegular() {
				continue
			}
			if info, ierr := f.Info(); ierr == nil {
				all[name] = info.Size()
			}
		}
	}
	return all, err
}

// Backup implements inbox.Vault. The copy gets its name when it is whole.
func (v vault) Backup(dir string) (files int, bytes int64, err error) {
	if exists(dir) {
		return 0, 0, fmt.Errorf("%s exists already; choose another name", dir)
	}
	all, err := v.All()
	if err != nil || len(all) == 0 {
		return 0, 0, err
	}
	temp := vault{tempName(filepath.Dir(dir))}
	defer os.RemoveAll(temp.dir)
	for name := range all {
		n, err := v.copyTo(temp, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was removed meanwhile
		}
		if err != nil {
			return 0, 0, unusable(dir, err)
		}
		files, bytes = files+1, bytes+n
	}
	if err := os.Rename(temp.dir, dir); err != nil {
		return 0, 0, unusable(dir, err)
	}
	return files, bytes, syncDir(filepath.Dir(dir))
}

func (v vault) copyTo(to vault, name inbox.FileName) (int64, error) {
	src, err := v.Open(name)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	if err := os.MkdirAll(filepath.Dir(to.file(name)), dirMode); err != nil {
		return 0, err
	}
	dst, err := os.OpenFile(to.file(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(dst, src)
	if err == nil {
		err = dst.Sync()
	}
	if cerr := dst.Close(); err == nil {
		err = cerr
	}
	return n, err
}
