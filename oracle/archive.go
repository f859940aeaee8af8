package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// sentinel is the last member of the image layout: kaniko refuses a context without it.
const sentinel = "meta/Dockerfile"

// member is one line of the listing.
type member struct {
	Name string `json:"name"`
	// Type is the typeflag of the header: 0 file, 1 hard link, 2 symbolic link, 5 directory.
	Type     string `json:"type"`
	Mode     int64  `json:"mode"`
	Size     int64  `json:"size"`
	Uid      int    `json:"uid"`
	Gid      int    `json:"gid"`
	Mtime    int64  `json:"mtime"`
	Linkname string `json:"linkname"`
	Sha256   string `json:"sha256"`
}

// eachMember reads as kaniko does: up to the end of the archive, without the rest of the stream.
func eachMember(in io.Reader, visit func(*tar.Header, io.Reader) error) error {
	unzipped, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	archive := tar.NewReader(unzipped)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(header, archive); err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
	}
}

func listArchive(in io.Reader, out io.Writer) error {
	encoder := json.NewEncoder(out)
	return eachMember(in, func(header *tar.Header, content io.Reader) error {
		hash := sha256.New()
		if _, err := io.Copy(hash, content); err != nil {
			return err
		}
		return encoder.Encode(member{
			Name: header.Name, Type: string(header.Typeflag), Mode: header.Mode, Size: header.Size,
			Uid: header.Uid, Gid: header.Gid, Mtime: header.ModTime.Unix(), Linkname: header.Linkname,
			Sha256: hex.EncodeToString(hash.Sum(nil)),
		})
	})
}

// cut is the result for a stream that ends at the offset.
type cut struct {
	Offset int `json:"offset"`
	// Accepted: no error, and the sentinel was found.
	Accepted bool `json:"accepted"`
	Members  int  `json:"members"`
}

func readCuts(in io.Reader, offsets []string, out io.Writer) error {
	whole, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	for _, text := range offsets {
		offset, err := strconv.Atoi(text)
		if err != nil || offset < 0 || offset > len(whole) {
			return fmt.Errorf("%q is no offset in %d bytes", text, len(whole))
		}
		result := cut{Offset: offset}
		hasSentinel := false
		err = eachMember(bytes.NewReader(whole[:offset]), func(header *tar.Header, content io.Reader) error {
			if _, err := io.Copy(io.Discard, content); err != nil {
				return err
			}
			result.Members++
			hasSentinel = hasSentinel || header.Name == sentinel
			return nil
		})
		result.Accepted = err == nil && hasSentinel
		if err := encoder.Encode(result); err != nil {
			return err
		}
	}
	return nil
}
