package log

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash/crc32"
	"io"
	"iter"
	"slices"
)

// archive is a bundle of which every byte outside the files' contents is already known to be right.
type archive struct {
	edition Edition
	files   []*file
	read    map[string]*io.SectionReader
}

// openArchive reads a ZIP and writes it again from names and contents: headers, order, comments, gaps and trailing bytes
// can only be the ones that the fixed form has.
func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	if size > mostBytes {
		return nil, errFormat("文件太大")
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errFormat("不是完整的 ZIP 文件")
	}
	a := &archive{edition: Public, read: map[string]*io.SectionReader{}}
	var found []string
	for _, f := range z.File {
		found = append(found, f.Name)
	}
	if !slices.Equal(found, names(Public)) {
		if a.edition = Owners; !slices.Equal(found, names(Owners)) {
			return nil, errFormat("文件包里的文件不是应有的那些，或次序不对")
		}
	}
	buf := make([]byte, 1<<16)
	for _, f := range z.File {
		from, err := f.DataOffset()
		if err != nil || f.Method != zip.Store || f.UncompressedSize64 > uint64(size-from) {
			return nil, errFormat("%s 的存放方式不规范", f.Name)
		}
		section := io.NewSectionReader(r, from, int64(f.UncompressedSize64))
		sum, crc := sha256.New(), crc32.NewIEEE()
		if _, err := io.CopyBuffer(io.MultiWriter(sum, crc), section, buf); err != nil {
			return nil, errFormat("%s 读不完", f.Name)
		}
		a.files = append(a.files, &file{Listed: Listed{f.Name, section.Size(), Sum(sum.Sum(nil))}, crc: crc.Sum32(),
			write: func(w io.Writer) error {
				_, err := io.CopyBuffer(w, io.NewSectionReader(r, from, section.Size()), buf)
				return err
			}})
		a.read[f.Name] = section
	}
	same := &comparer{r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 1<<16)}
	if err := writeZip(same, a.files); err != nil {
		return nil, errFormat("ZIP 的结构不规范：有改动过的文件头、多余或缺少的字节")
	}
	if n, _ := same.r.Discard(1); n > 0 {
		return nil, errFormat("文件末尾有多余的字节")
	}
	return a, nil
}

// comparer takes bytes and holds them against what it reads.
type comparer struct {
	r   *bufio.Reader
	buf []byte
}

var errDiffers = errors.New("log: the bytes differ")

func (c *comparer) Write(p []byte) (int, error) {
	c.buf = append(c.buf[:0], p...)
	if _, err := io.ReadFull(c.r, c.buf); err != nil || !bytes.Equal(c.buf, p) {
		return 0, errDiffers
	}
	return len(p), nil
}

// small reads a whole file.
func (a *archive) small(name string) ([]byte, error) {
	r := a.read[name]
	if r.Size() > mostSmall {
		return nil, errFormat("%s 太大", name)
	}
	raw := make([]byte, r.Size())
	_, err := io.ReadFull(io.NewSectionReader(r, 0, r.Size()), raw)
	return raw, err
}

// lines yields the lines of a file, each with its newline, valid until the next.
func (a *archive) lines(name string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r := bufio.NewReaderSize(io.NewSectionReader(a.read[name], 0, a.read[name].Size()), 1<<16)
		var long []byte
		for n := 1; ; n++ {
			line, err := r.ReadSlice('\n')
			if errors.Is(err, bufio.ErrBufferFull) {
				for long = append(long[:0], line...); errors.Is(err, bufio.ErrBufferFull) && len(long) < mostLine; long = append(long, line...) {
					line, err = r.ReadSlice('\n')
				}
				line = long
			}
			if errors.Is(err, io.EOF) && len(line) == 0 {
				return
			}
			if err != nil {
				yield(nil, errFormat("%s 第 %d 行不完整或太长", name, n))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// each reads every line of a file with a scanner that takes exact lines alone.
func each[T any](a *archive, name string, scan func([]byte) (T, bool), take func(T) error) (int64, error) {
	n := int64(0)
	for line, err := range a.lines(name) {
		if err != nil {
			return n, err
		}
		n++
		v, ok := scan(line)
		if !ok {
			return n, errFormat("%s 第 %d 行的写法不规范", name, n)
		}
		if err := take(v); err != nil {
			return n, err
		}
	}
	return n, nil
}
