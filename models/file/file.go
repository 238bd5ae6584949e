// Package file keeps photos, scans and documents: sniffed, pictures re-encoded without their metadata, sealed with a
// key of their own, and opened only through links that expire. Who may open one is the owning domain's question.
package file

import (
	"log/slog"
	"time"

	"github.com/linli-city/linli/models/fault"
	"github.com/linli-city/linli/models/file/blob"
	"github.com/linli-city/linli/models/store"
	"github.com/linli-city/linli/models/vault"
)

// Purpose says what a file is for, and thereby what it may be.
type Purpose string

// The purposes, with what each accepts.
const (
	Photo    Purpose = "photo"    // pictures of a complaint
	Document Purpose = "document" // proofs: pictures or PDF
	Notice   Purpose = "notice"   // attachments of a notice: pictures or PDF
	Roster   Purpose = "roster"   // XLSX or CSV
	Sound    Purpose = "sound"    // recorded calls: MP3, M4A, AMR, AAC or WAV
	Hotline  Purpose = "hotline"  // work orders of the 12345 hotline: XLSX or CSV; never attached, so gone after a day
	Bank     Purpose = "bank"     // what a bank lists of an account: XLSX or CSV
	Fees     Purpose = "fees"     // lists of payments or arrears: XLSX or CSV; never attached, so gone after a day
)

// limits are the largest uploads, in bytes.
var limits = map[Purpose]int64{Photo: 10 << 20, Document: 10 << 20, Notice: 20 << 20, Sound: 32 << 20, Roster: 32 << 20, Hotline: 16 << 20, Bank: 32 << 20, Fees: 16 << 20}

// File is a stored file. KeySealed is its data key under the vault; without it the content is gone.
type File struct {
	ID          int64 `gorm:"primaryKey"`
	EstateID    int64
	PersonID    int64
	Purpose     Purpose
	SubjectKind string
	SubjectID   int64
	BlobKey     string
	MediaType   string
	Size        int64  // of the clear content
	SHA256      string `gorm:"column:sha256"` // of the clear content
	Width       int
	Height      int
	KeySealed   string
	State       string // writing, stored, erased (the key is gone; the sweep takes the rest)
	RedactedID  int64  // what those who are not entitled open instead
	ClientRef   string
	InputHash   string // of what was uploaded
	CreatedAt   time.Time
}

// Faults of files.
var (
	ErrNotFound  = fault.New(fault.NotFound, "file.not_found", "没有找到这个文件，请重新上传")
	ErrLink      = fault.New(fault.Closed, "file.link_expired", "链接已失效，请回到原来的页面重新打开")
	ErrTooLarge  = fault.New(fault.Invalid, "file.too_large", "文件太大了，请压缩后再上传")
	ErrType      = fault.New(fault.Invalid, "file.type", "不支持这种文件，请上传 JPG、PNG 或 WebP 图片")
	ErrDocument  = fault.New(fault.Invalid, "file.type", "不支持这种文件，请上传图片或 PDF")
	ErrSound     = fault.New(fault.Invalid, "file.sound", "请上传 MP3、M4A、AMR、AAC 或 WAV 格式的录音")
	ErrHEIC      = fault.New(fault.Invalid, "file.heic", "这是 HEIC 格式的照片，请在手机相机设置里改为“兼容性最佳”，或截图后上传")
	ErrPicture   = fault.New(fault.Invalid, "file.broken", "图片损坏或不完整，请重新拍摄或重新选择")
	ErrPixels    = fault.New(fault.Invalid, "file.pixels", "图片尺寸太大，请缩小后再上传")
	ErrSheet     = fault.New(fault.Invalid, "file.sheet", "请上传 .xlsx 或 .csv 格式的表格")
	ErrUploading = fault.New(fault.Conflict, "file.uploading", "这个文件正在上传，请过一会儿再看").After(5)
	ErrRefReused = fault.New(fault.Conflict, "client_ref.reused", "这次上传的编号已用于另一个文件，请重新选择文件")
	ErrPurpose   = fault.ErrInvalid.With(fault.Field{Path: "purpose", Reason: "不支持这种用途"})
)

// Options configure the service.
type Options struct {
	LinkKey   []byte // signs links; at least 32 bytes
	PublicURL string
	Log       *slog.Logger
}

// Service keeps files.
type Service struct {
	db    *store.DB
	vault *vault.Vault
	blobs blob.Store
	o     Options
	// decoding bounds how many pictures are in memory at once.
	decoding chan struct{}
}

// New wires the service.
func New(db *store.DB, v *vault.Vault, blobs blob.Store, o Options) *Service {
	return &Service{db: db, vault: v, blobs: blobs, o: o, decoding: make(chan struct{}, 2)}
}
