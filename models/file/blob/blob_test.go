package blob_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/linli-city/linli/models/file/blob"
)

// bucketServer speaks as much of S3 as the store uses, and takes nothing that is not signed.
type bucketServer struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func (b *bucketServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=reader/") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	key, inBucket := strings.CutPrefix(r.URL.Path, "/linli/")
	if key == "" || !inBucket {
		return // the bucket itself: it is there
	}
	raw, ok := b.kept[key]
	switch r.Method {
	case http.MethodPut:
		body, err := content(r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		b.kept[key] = body
		w.Header().Set("ETag", `"x"`)
	case http.MethodDelete:
		delete(b.kept, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		if !ok {
			w.Header().Set("Content-Type", "application/xml")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Header().Set("ETag", `"x"`)
		http.ServeContent(w, r, key, time.Unix(1_700_000_000, 0), bytes.NewReader(raw))
	}
}

// content reads a body, signed in chunks as S3 has it over plain http.
func content(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return io.ReadAll(r.Body)
	}
	var out []byte
	in := bufio.NewReader(r.Body)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return nil, err
		}
		hex, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(hex, 16, 64)
		if err != nil || n == 0 {
			return out, err
		}
		piece := make([]byte, n+2)
		if _, err := io.ReadFull(in, piece); err != nil {
			return nil, err
		}
		out = append(out, piece[:n]...)
	}
}

// TestContract holds both stores to the same promises.
func TestContract(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(&bucketServer{kept: map[string][]byte{}})
	t.Cleanup(srv.Close)
	bucket, err := blob.NewBucket(blob.BucketOptions{Endpoint: strings.TrimPrefix(srv.URL, "http://"), Region: "r", Bucket: "linli", AccessKey: "reader", SecretKey: "geheim", Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	folder, err := blob.NewFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]blob.Store{"folder": folder, "bucket": bucket} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			if err := s.Check(ctx); err != nil {
				t.Fatal(err)
			}
			const key = "abcdefgh1234"
			for _, size := range []int{0, 1, 70_000, 300_000} {
				want := bytes.Repeat([]byte{byte(size)}, size)
				if err := s.Put(ctx, key, bytes.NewReader(want), int64(size)); err != nil {
					t.Fatalf("%d bytes: %v", size, err)
				}
				r, err := s.Open(ctx, key)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err = errors.Join(err, r.Close()); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes came back as %d (%v)", size, len(got), err)
				}
			}
			if err := s.Put(ctx, "shortshort", strings.NewReader("abc"), 5); err == nil {
				t.Error("a body that ends early was kept")
			}
			if _, err := s.Open(ctx, "shortshort"); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("half a blob is there: %v", err)
			}
			for range 2 {
				if err := s.Delete(ctx, key); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.Open(ctx, key); !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("after the deletion: %v", err)
			}
			for _, bad := range []string{"", "a", "../../etc/passwd", "ABCDEFGHIJ", "a/b/c/d/e/f", fmt.Sprintf("%065d", 1)} {
				if _, err := s.Open(ctx, bad); err == nil || errors.Is(err, blob.ErrNotFound) {
					t.Errorf("key %q: %v", bad, err)
				}
			}
		})
	}
}
