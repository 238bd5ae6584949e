package sandbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
)

var mainland = regexp.MustCompile(`^1[0-9]{10}$`)

// ErrPhone refuses a number that is no mainland mobile number.
var ErrPhone = errors.New("sandbox: the phone must be 11 digits beginning with 1")

// PhoneCode is a person tapping "get phone number" in the mini-program.
func (s *Sandbox) PhoneCode(who, phone string) (string, error) {
	return s.PhoneCodeAt(s.defaultApp(), who, phone)
}

// PhoneCodeAt is PhoneCode in a given mini-program.
func (s *Sandbox) PhoneCodeAt(appID, who, phone string) (string, error) {
	if !mainland.MatchString(phone) {
		return "", ErrPhone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, p, err := s.meet(who)
	if err != nil {
		return "", err
	}
	if err := s.active(tag, p); err != nil {
		return "", err
	}
	return s.newCode(code{app: appID, tag: tag, phone: phone})
}

// EncryptPhone is the same tap in an older client: the number encrypted under the session key of the person's last
// sign-in. Without a sign-in since the sandbox began, both are empty.
func (s *Sandbox) EncryptPhone(who, phone string) (encryptedData, iv string, err error) {
	if !mainland.MatchString(phone) {
		return "", "", ErrPhone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[tagOf(who)]
	if p == nil || p.key == nil {
		return "", "", nil
	}
	plain := fmt.Appendf(nil, `{"phoneNumber":"%s","purePhoneNumber":"%s","countryCode":"86","watermark":{"timestamp":%d,"appid":"%s"}}`,
		phone, phone, s.now().Unix(), s.defaultApp())
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	for range pad {
		plain = append(plain, byte(pad))
	}
	first := make([]byte, aes.BlockSize)
	_, _ = rand.Read(first)
	block, err := aes.NewCipher(p.key)
	if err != nil {
		return "", "", err
	}
	cipher.NewCBCEncrypter(block, first).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), base64.StdEncoding.EncodeToString(first), nil
}

func (s *Sandbox) phoneNumber(c call) reply {
	var in struct {
		Code string `json:"code"`
	}
	if !c.body(&in) {
		return badJSON
	}
	k := s.codes[in.Code]
	switch {
	case k == nil, k.phone == "", k.used, !s.now().Before(k.expires):
		return refuse(40029, "invalid code")
	case k.app != c.app:
		return refuse(40013, "invalid appid")
	}
	k.used = true
	return accept(reply{"phone_info": reply{
		"phoneNumber": k.phone, "purePhoneNumber": k.phone, "countryCode": "86",
		"watermark": reply{"timestamp": s.now().Unix(), "appid": c.app},
	}})
}
