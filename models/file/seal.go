package file

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
)

// Content is sealed in chunks with AES-256-GCM under the file's own key. The nonce of a chunk is its number and
// whether it is the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), so that
// chunks can be neither moved, repeated, nor cut off. A key seals one file only, so nonces never repeat.
const chunk = 64 << 10

var errTampered = errors.New("file: the stored content was altered")

func newKey() []byte {
	k := make([]byte, 32)
	_, _ = rand.Read(k)
	return k
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func nonce(n uint64, last bool) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint64(b[3:11], n)
	if last {
		b[11] = 1
	}
	return b
}

// tag is what sealing adds to a chunk.
const tag = 16

func chunksOf(size int64) uint64 { return uint64(max(1, (size+chunk-1)/chunk)) } //nolint:gosec // sizes are not negative

// sealedSize is how long size bytes become.
func sealedSize(size int64) int64 { return size + int64(chunksOf(size))*tag } //nolint:gosec // bounded by the upload limits

// sealStream gives a reader of the sealed form of size bytes, and how long that is.
func sealStream(key []byte, r io.Reader, size int64) (io.Reader, int64, error) {
	a, err := aead(key)
	if err != nil {
		return nil, 0, err
	}
	return &sealer{a: a, r: r, chunks: chunksOf(size)}, sealedSize(size), nil
}

type sealer struct {
	a      cipher.AEAD
	r      io.Reader
	n      uint64
	chunks uint64
	out    bytes.Reader
}

func (s *sealer) Read(p []byte) (int, error) {
	if s.out.Len() == 0 {
		if s.n == s.chunks {
			return 0, io.EOF
		}
		plain := make([]byte, chunk)
		n, err := io.ReadFull(s.r, plain)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		s.out.Reset(s.a.Seal(nil, nonce(s.n, s.n == s.chunks-1), plain[:n], nil))
		s.n++
	}
	return s.out.Read(p)
}

// openStream gives a reader of the clear content of size bytes. Reading gives errTampered where it was altered.
func openStream(key []byte, r io.ReadCloser, size int64) (io.ReadCloser, error) {
	a, err := aead(key)
	if err != nil {
		return nil, err
	}
	return &opener{a: a, r: r, chunks: chunksOf(size)}, nil
}

type opener struct {
	a      cipher.AEAD
	r      io.ReadCloser
	n      uint64
	chunks uint64
	out    bytes.Reader
}

func (o *opener) Read(p []byte) (int, error) {
	for o.out.Len() == 0 {
		if o.n == o.chunks {
			return 0, io.EOF
		}
		sealed := make([]byte, chunk+tag)
		n, err := io.ReadFull(o.r, sealed)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		plain, err := o.a.Open(nil, nonce(o.n, o.n == o.chunks-1), sealed[:n], nil)
		if err != nil {
			return 0, errTampered
		}
		o.n++
		o.out.Reset(plain)
	}
	return o.out.Read(p)
}

func (o *opener) Close() error { return o.r.Close() }
