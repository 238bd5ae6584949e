package log

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"strings"
	"unicode"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/mod/sumdb/note"
)

// Signer signs checkpoints, certificates and bundles.
type Signer interface {
	note.Signer
	// Key is the public key as a line of text, "name+12345678+base64": what a bundle carries and --key takes.
	Key() string
}

// The types of keys in the signed-note format. Ed25519 has number 1; SM2 has none, so it uses the escape 0xff and a
// name of its own. Its public key is the uncompressed point (65 bytes), its signature r and s (64 bytes) over the message
// with SM3 and the standard identity 1234567812345678 (GB/T 32918.2, GM/T 0009).
var (
	typeEd25519 = []byte{0x01}
	typeSM2     = []byte("\xfflinli/sm2")
)

// NewSeed draws the 32 bytes from which either kind of key is made.
func NewSeed(random io.Reader) ([]byte, error) {
	seed := make([]byte, ed25519.SeedSize)
	_, err := io.ReadFull(random, seed)
	return seed, err
}

// NewEd25519 makes a signer from 32 bytes.
func NewEd25519(name string, seed []byte) (Signer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("log: a seed has %d bytes, not %d", ed25519.SeedSize, len(seed))
	}
	private := ed25519.NewKeyFromSeed(seed)
	key := append(bytes.Clone(typeEd25519), private.Public().(ed25519.PublicKey)...)
	return newSigner(name, key, func(msg []byte) ([]byte, error) { return ed25519.Sign(private, msg), nil })
}

// NewSM2 makes a signer from 32 bytes. Its signatures are deterministic (RFC 6979 with SM3), so the same bundle is
// signed with the same bytes. About one seed in four thousand million is no SM2 key and refused.
func NewSM2(name string, seed []byte) (Signer, error) {
	private, err := sm2.NewPrivateKey(seed)
	if err != nil {
		return nil, err
	}
	pair, err := private.ECDH()
	if err != nil {
		return nil, err
	}
	return newSigner(name, append(bytes.Clone(typeSM2), pair.PublicKey().Bytes()...), func(msg []byte) ([]byte, error) {
		raw, err := sm2.SignDeterministic(private, msg, sm2.NewSM2SignerOption(true, nil))
		if err != nil {
			return nil, err
		}
		var pair sm2Signature
		if _, err := asn1.Unmarshal(raw, &pair); err != nil {
			return nil, err
		}
		sig := make([]byte, 64)
		pair.R.FillBytes(sig[:32])
		pair.S.FillBytes(sig[32:])
		return sig, nil
	})
}

// sm2Signature is the pair as the library writes it; notes carry the two numbers alone, which have one spelling.
type sm2Signature struct{ R, S *big.Int }

func der(sig []byte) []byte {
	out, _ := asn1.Marshal(sm2Signature{new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])})
	return out // two integers always marshal
}

type signer struct {
	note.Verifier
	key  string
	sign func([]byte) ([]byte, error)
}

func newSigner(name string, key []byte, sign func([]byte) ([]byte, error)) (Signer, error) {
	line := fmt.Sprintf("%s+%08x+%s", name, keyHash(name, key), base64.StdEncoding.EncodeToString(key))
	v, err := ParseKey(line)
	return signer{v, line, sign}, err
}

func (s signer) Key() string                     { return s.key }
func (s signer) Sign(msg []byte) ([]byte, error) { return s.sign(msg) }

func keyHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

// ParseKey reads a public key line.
func ParseKey(line string) (note.Verifier, error) {
	bad := errFormat("公钥格式不对")
	name, rest, _ := strings.Cut(line, "+")
	hash, text, _ := strings.Cut(rest, "+")
	key, err := strict.DecodeString(text)
	if err != nil || !keyName(name) || hash != fmt.Sprintf("%08x", keyHash(name, key)) {
		return nil, bad
	}
	v := verifier{name: name, hash: keyHash(name, key)}
	if point, ok := bytes.CutPrefix(key, typeSM2); ok {
		public, err := sm2.NewPublicKey(point)
		if err != nil || len(point) != 65 {
			return nil, bad
		}
		v.verify = func(msg, sig []byte) bool { return len(sig) == 64 && sm2.VerifyASN1WithSM2(public, nil, msg, der(sig)) }
		return v, nil
	}
	public, ok := bytes.CutPrefix(key, typeEd25519)
	if !ok || len(public) != ed25519.PublicKeySize {
		return nil, bad
	}
	v.verify = func(msg, sig []byte) bool { return ed25519.Verify(public, msg, sig) }
	return v, nil
}

func keyName(name string) bool {
	return name != "" && len(name) <= 100 && !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '+' || r == unicode.ReplacementChar
	})
}

type verifier struct {
	name   string
	hash   uint32
	verify func(msg, sig []byte) bool
}

func (v verifier) Name() string                { return v.name }
func (v verifier) KeyHash() uint32             { return v.hash }
func (v verifier) Verify(msg, sig []byte) bool { return v.verify(msg, sig) }

// Fingerprint is the SHA-256 of a public key line in hexadecimal groups of four, as people compare it.
func Fingerprint(line string) string {
	sum := sha256.Sum256([]byte(line))
	text := hex.EncodeToString(sum[:])
	var groups []string
	for i := 0; i < len(text); i += 4 {
		groups = append(groups, text[i:i+4])
	}
	return strings.Join(groups, " ")
}

// sameKey reports whether pin, a key line or a fingerprint however it was typed, names the key.
func sameKey(line, pin string) bool {
	fold := func(s string) string {
		return strings.ToLower(strings.NewReplacer(" ", "", ":", "", "-", "").Replace(s))
	}
	return strings.TrimSpace(pin) == line || fold(pin) == fold(Fingerprint(line))
}
