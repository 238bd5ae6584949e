package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// BucketOptions name a bucket of an S3-compatible store.
type BucketOptions struct {
	Endpoint  string // host:port
	Region    string
	Bucket    string
	AccessKey string
	SecretKey string
	Plain     bool // http instead of https
}

// Bucket keeps blobs in S3.
type Bucket struct {
	client *minio.Client
	bucket string
}

// NewBucket prepares the client; Check finds out whether it works.
func NewBucket(o BucketOptions) (*Bucket, error) {
	transport, err := minio.DefaultTransport(!o.Plain)
	if err != nil {
		return nil, err
	}
	transport.ResponseHeaderTimeout = 30 * time.Second
	c, err := minio.New(o.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: !o.Plain, Region: o.Region,
		Transport: transport, MaxRetries: 3})
	if err != nil {
		return nil, fmt.Errorf("file bucket: %w", err)
	}
	return &Bucket{client: c, bucket: o.Bucket}, nil
}

// Put uploads a blob.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	if !validKey.MatchString(key) {
		return errKey
	}
	_, err := b.client.PutObject(ctx, b.bucket, key, r, size, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	return err
}

// Open downloads a blob.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	if !validKey.MatchString(key) {
		return nil, errKey
	}
	o, err := b.client.GetObject(ctx, b.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, missing(err)
	}
	if _, err := o.Stat(); err != nil {
		_ = o.Close()
		return nil, missing(err)
	}
	return o, nil
}

func missing(err error) error {
	if res := minio.ToErrorResponse(err); res.StatusCode == http.StatusNotFound {
		return ErrNotFound
	}
	return err
}

// Delete removes a blob.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if !validKey.MatchString(key) {
		return errKey
	}
	err := b.client.RemoveObject(ctx, b.bucket, key, minio.RemoveObjectOptions{})
	if err == nil || errors.Is(missing(err), ErrNotFound) {
		return nil
	}
	return err
}

// Check asks whether the bucket is there.
func (b *Bucket) Check(ctx context.Context) error {
	ok, err := b.client.BucketExists(ctx, b.bucket)
	if err == nil && !ok {
		return fmt.Errorf("file bucket %q does not exist", b.bucket)
	}
	return err
}
