package attach

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// maxSocketPath is what the smallest system allows (104 with the closing zero, on macOS).
const maxSocketPath = 103

// SocketPath is where the socket of a data directory is: in it, or, where that path is too long for a socket, in the
// user's runtime directory under a name made from it.
func SocketPath(dataDir string) string {
	p := filepath.Join(dataDir, "frontdesk.sock")
	if len(p) <= maxSocketPath {
		return p
	}
	dir := tempSocketDir()
	if run := os.Getenv("XDG_RUNTIME_DIR"); run != "" {
		dir = filepath.Join(run, "frontdesk")
	}
	return filepath.Join(dir, shortHash(p)+".sock")
}

// tempSocketDir is for a user without a runtime directory.
func tempSocketDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("frontdesk-%d", os.Getuid()))
}

func shortHash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:4])
}

// Listen binds the socket. Its mode is 0600, or 0660 for a team, whose members share the group of the directory. Only
// the holder of the store's lock may call it: it removes what a dead owner left.
func Listen(socket string, team bool) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		return nil, fmt.Errorf("socket %s: %w", socket, err)
	}
	if err := trusted(filepath.Dir(socket)); err != nil {
		return nil, err
	}
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("socket %s: cannot remove the old one: %w", socket, err)
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("socket %s: %w", socket, err)
	}
	mode := os.FileMode(0o600)
	if team {
		mode = 0o660
	}
	if err := os.Chmod(socket, mode); err != nil {
		return nil, errors.Join(fmt.Errorf("socket %s: %w", socket, err), l.Close())
	}
	return l, nil
}

// trusted refuses a directory in which somebody else could put a socket of their own in the place of the owner's, and
// so read what agents write: one that anybody may write to, or, where everybody makes directories, one that somebody
// else made first. In the directory for temporary files itself nobody can replace another's file.
func trusted(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("socket directory %s: %w", dir, err)
	}
	if info.Mode().Perm()&0o002 != 0 && info.Mode()&(os.ModeSticky|os.ModeSymlink) == 0 {
		return fmt.Errorf("anybody may put a socket into %s; run: chmod o-w %s", dir, dir)
	}
	if uid, known := ownerOf(info); known && uid != os.Getuid() && dir == tempSocketDir() {
		return fmt.Errorf("%s belongs to user %d; remove it, or choose another place with desk.socket", dir, uid)
	}
	return nil
}
