package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

const (
	resolvConf = "etc/resolv.conf"
	hostsFile  = "etc/hosts"
	// maxRootFile bounds what is read of a file that its container may have written; trust stores are about 220 KiB.
	maxRootFile = 2 << 20
)

// openInRoot opens a file as a process with that root directory would see it:
// links are followed within the root, and only a regular file is opened.
func openInRoot(root, name string) (*os.File, error) {
	directory, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(directory)
	fd, err := unix.Openat2(directory, name, &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), name)
	if about, err := file.Stat(); err != nil || !about.Mode().IsRegular() {
		_ = file.Close()
		return nil, fmt.Errorf("/%s is no regular file", name)
	}
	return file, nil
}

func readInRoot(root, name string) ([]byte, error) {
	file, err := openInRoot(root, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxRootFile))
}

func hasFile(root, name string) bool {
	file, err := openInRoot(root, name)
	if err != nil {
		return false
	}
	_ = file.Close()
	return true
}
