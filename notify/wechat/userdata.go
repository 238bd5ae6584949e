package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// UserData is what older clients hand in encrypted: a profile (OpenID set) or a phone number (PhoneNumber set).
type UserData struct {
	OpenID          string `json:"openId"`
	UnionID         string `json:"unionId"`
	NickName        string `json:"nickName"`
	PhoneNumber     string `json:"phoneNumber"`
	PurePhoneNumber string `json:"purePhoneNumber"`
	CountryCode     string `json:"countryCode"`
	Watermark       struct {
		Timestamp int64  `json:"timestamp"`
		AppID     string `json:"appid"`
	} `json:"watermark"`
}

var errCipher = errors.New("wechat: not what this key encrypted")

// DecryptUserData opens encrypted data of an older client, as WeChat's "open data" guide describes: AES-128-CBC under
// the session key. CBC carries no proof of origin, so everything around it is checked: base64 to the letter, the
// whole padding, UTF-8, the exact members of a profile or a phone number and no member twice, the watermark's appid,
// and for a profile that openID, the account of the session, is the one inside.
//
// A changed bit of the ciphertext garbles a block of 16 bytes; it could pass only where the block lies within one
// text and turns into 16 letters that are valid there (about one in ten million). A changed bit of the iv changes
// one bit of the first block: names and punctuation, and in a profile the openID's first letters. That is why a
// profile without an openID to compare is refused; nothing else of it can be told from the outside.
func DecryptUserData(appID, sessionKey, encryptedData, iv, openID string) (UserData, error) {
	plain, err := openUserData(sessionKey, encryptedData, iv)
	if err != nil || !utf8.Valid(plain) || !exactShape(plain) {
		return UserData{}, ErrUserData
	}
	var d UserData
	if json.Unmarshal(plain, &d) != nil || appID == "" || d.Watermark.AppID != appID {
		return UserData{}, ErrUserData
	}
	if d.PhoneNumber == "" && (openID == "" || d.OpenID != openID) {
		return UserData{}, ErrUserData
	}
	if d.PhoneNumber != "" && (d.PurePhoneNumber == "" || !strings.HasSuffix(d.PhoneNumber, d.PurePhoneNumber)) {
		return UserData{}, ErrUserData
	}
	return d, nil
}

// DecryptPhone opens a phone number that an older client hands in encrypted, for this mini-program.
func (c *Client) DecryptPhone(sessionKey, encryptedData, iv string) (string, error) {
	d, err := DecryptUserData(c.cfg.MiniAppID, sessionKey, encryptedData, iv, "")
	if err != nil {
		return "", err
	}
	return national(d.PurePhoneNumber, d.CountryCode), nil
}

func openUserData(sessionKey, encryptedData, iv string) ([]byte, error) {
	key, err := strictBase64(sessionKey)
	if err != nil || len(key) != 16 {
		return nil, errCipher
	}
	data, err := strictBase64(encryptedData)
	if err != nil {
		return nil, err
	}
	first, err := strictBase64(iv)
	if err != nil {
		return nil, err
	}
	return openCBC(key, first, data, aes.BlockSize)
}

// strictBase64 takes the one spelling of the bytes only: the standard decoder skips line breaks and spare bits.
func strictBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errCipher
	}
	return base64.StdEncoding.Strict().DecodeString(s)
}

// openCBC decrypts and takes off PKCS#7 padding to a multiple of block, every byte of which is checked.
func openCBC(key, iv, data []byte, block int) ([]byte, error) {
	c, err := aes.NewCipher(key)
	if err != nil || len(iv) != aes.BlockSize || len(data) == 0 || len(data)%block != 0 {
		return nil, errCipher
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(c, iv).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > block {
		return nil, errCipher
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return nil, errCipher
		}
	}
	return plain[:len(plain)-pad], nil
}
