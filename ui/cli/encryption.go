package cli

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// answer to a question that some systems do not answer.
type answer int

const (
	unknown answer = iota
	yes
	no
)

// encrypted looks whether what is written in dir reaches a disk encrypted. Reading the system's tables needs no
// privilege and no tool; where they say nothing, nothing is claimed.
func encrypted(ctx context.Context, dir string) answer {
	switch runtime.GOOS {
	case "linux":
		return encryptedLinux("/", dir)
	case "darwin":
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, "fdesetup", "status").Output()
		switch {
		case err == nil && strings.Contains(string(out), "FileVault is On"):
			return yes
		case err == nil && strings.Contains(string(out), "FileVault is Off"):
			return no
		}
	}
	return unknown
}

// encryptedLinux finds the file system of dir in mountinfo, and its block device or one beneath it that is dm-crypt
// (Documentation/filesystems/proc, and /sys/dev/block). root is where the tables are found, for tests.
func encryptedLinux(root, dir string) answer {
	f, err := os.Open(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return unknown
	}
	defer f.Close() //nolint:errcheck // it was read only
	best, device, kind := "", "", ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 7 {
			continue
		}
		point := fields[4]
		if dir != point && !strings.HasPrefix(dir, strings.TrimSuffix(point, "/")+"/") || len(point) < len(best) {
			continue
		}
		best, device, kind = point, fields[2], ""
		for i, s := range fields {
			if s == "-" && i+1 < len(fields) {
				kind = fields[i+1]
			}
		}
	}
	switch kind {
	case "ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs":
		return yes
	}
	if strings.HasPrefix(device, "0:") || device == "" {
		return unknown // no block device: overlay, btrfs, zfs, a network
	}
	return encryptedDevice(filepath.Join(root, "sys/dev/block", device), 0)
}

// encryptedDevice looks at a device and at those it is made of: an LVM volume on LUKS is encrypted too.
func encryptedDevice(sys string, depth int) answer {
	if depth > 8 {
		return unknown
	}
	if id, err := os.ReadFile(filepath.Join(sys, "dm/uuid")); err == nil && strings.HasPrefix(string(id), "CRYPT-") {
		return yes
	}
	if _, err := os.Stat(sys); err != nil {
		return unknown
	}
	slaves, err := os.ReadDir(filepath.Join(sys, "slaves"))
	if err != nil || len(slaves) == 0 {
		return no
	}
	for _, s := range slaves {
		if a := encryptedDevice(filepath.Join(sys, "slaves", s.Name()), depth+1); a != yes {
			return a
		}
	}
	return yes
}
