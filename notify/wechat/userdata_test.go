package wechat_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/linli-city/linli/notify/wechat"
)

// The example of WeChat's guide to open data.
const (
	vectorApp    = "wx4f4bc4dec97d474b"
	vectorKey    = "tiihtNczf5v6AKRyjwEUhQ=="
	vectorIV     = "r7BXXKkLb8qrSNn05n0qiA=="
	vectorOpenID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
	vectorData   = "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew=="
)

func TestUserDataVector(t *testing.T) {
	t.Parallel()
	d, err := wechat.DecryptUserData(vectorApp, vectorKey, vectorData, vectorIV, vectorOpenID)
	must(t, err)
	if d.OpenID != vectorOpenID || d.NickName != "Band" || d.UnionID != "ocMvos6NjeKLIBqg5Mr9QjxrP1FA" || d.Watermark.AppID != vectorApp || d.Watermark.Timestamp != 1477314187 {
		t.Errorf("decrypted to %+v", d)
	}
	for name, args := range map[string][5]string{
		"another app":     {"wx4f4bc4dec97d474c", vectorKey, vectorData, vectorIV, vectorOpenID},
		"no app":          {"", vectorKey, vectorData, vectorIV, vectorOpenID},
		"another person":  {vectorApp, vectorKey, vectorData, vectorIV, "oGZUI0egBJY1zhBYw2KhdUfwVJJF"},
		"nobody":          {vectorApp, vectorKey, vectorData, vectorIV, ""},
		"another key":     {vectorApp, "tiihtNczf5v6AKRyjwEUhA==", vectorData, vectorIV, vectorOpenID},
		"a short key":     {vectorApp, "tiihtA==", vectorData, vectorIV, vectorOpenID},
		"half a block":    {vectorApp, vectorKey, vectorData[:len(vectorData)-8], vectorIV, vectorOpenID},
		"nothing":         {vectorApp, vectorKey, "", vectorIV, vectorOpenID},
		"line breaks":     {vectorApp, vectorKey, vectorData[:64] + "\n" + vectorData[64:], vectorIV, vectorOpenID},
		"spare bits":      {vectorApp, vectorKey, vectorData, "r7BXXKkLb8qrSNn05n0qiB==", vectorOpenID},
		"block taken out": {vectorApp, vectorKey, without(t, vectorData, 4), vectorIV, vectorOpenID},
	} {
		_, err := wechat.DecryptUserData(args[0], args[1], args[2], args[3], args[4])
		refused(t, err, wechat.ErrUserData, 0)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	must(t, err)
	return b
}

func without(t *testing.T, s string, block int) string {
	t.Helper()
	b := decode(t, s)
	return base64.StdEncoding.EncodeToString(append(b[:block*16:block*16], b[(block+1)*16:]...))
}

// flips hands over every variant of a base64 text with one bit of its bytes changed.
func flips(t *testing.T, s string, try func(changed string, at, bit int)) {
	t.Helper()
	b := decode(t, s)
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			try(base64.StdEncoding.EncodeToString(b), i, bit)
			b[i] ^= 1 << bit
		}
	}
}

func TestEveryChangedBitIsRefused(t *testing.T) {
	t.Parallel()
	const mini, number = "wxmini", `{"phoneNumber":"13580006666","purePhoneNumber":"13580006666","countryCode":"86","watermark":{"timestamp":1477314187,"appid":"wxmini"}}`
	phone := seal(t, number)
	if d, err := wechat.DecryptUserData(mini, vectorKey, phone, vectorIV, ""); err != nil || d.PurePhoneNumber != "13580006666" {
		t.Fatalf("the phone number does not open: %v", err)
	}
	for _, c := range []struct{ name, app, data, openID string }{
		{"profile", vectorApp, vectorData, vectorOpenID},
		{"phone", mini, phone, ""},
	} {
		flips(t, c.data, func(changed string, at, bit int) {
			if d, err := wechat.DecryptUserData(c.app, vectorKey, changed, vectorIV, c.openID); err == nil {
				t.Errorf("%s: byte %d bit %d changed and accepted: %+v", c.name, at, bit, d)
			}
		})
		flips(t, vectorIV, func(changed string, at, bit int) {
			if d, err := wechat.DecryptUserData(c.app, vectorKey, c.data, changed, c.openID); err == nil {
				t.Errorf("%s: iv byte %d bit %d changed and accepted: %+v", c.name, at, bit, d)
			}
		})
		for i := range c.data {
			for _, other := range []byte{'A', 'z', '7', '/'} {
				if changed := c.data[:i] + string(other) + c.data[i+1:]; changed != c.data {
					if _, err := wechat.DecryptUserData(c.app, vectorKey, changed, vectorIV, c.openID); err == nil {
						t.Errorf("%s: character %d written as %c and accepted", c.name, i, other)
					}
				}
			}
		}
	}
}

func TestUserDataShape(t *testing.T) {
	t.Parallel()
	const good = `{"phoneNumber":"13580006666","purePhoneNumber":"13580006666","countryCode":"86","watermark":{"timestamp":1,"appid":"wxmini"}}`
	for name, plain := range map[string]string{
		"member twice":       strings.Replace(good, `{"phone`, `{"countryCode":"1","phone`, 1),
		"other case":         strings.Replace(good, "purePhone", "PurePhone", 1),
		"unknown member":     strings.Replace(good, `{"phone`, `{"x":1,"phone`, 1),
		"something behind":   good + "{}",
		"list":               "[" + good + "]",
		"numbers disagree":   strings.Replace(good, "13580006666", "13580006667", 1),
		"no watermark":       `{"phoneNumber":"13580006666","purePhoneNumber":"13580006666","countryCode":"86"}`,
		"watermark is text":  strings.Replace(good, `{"timestamp":1,"appid":"wxmini"}`, `"wxmini"`, 1),
		"watermark has more": strings.Replace(good, `"timestamp"`, `"x":1,"timestamp"`, 1),
		"not UTF-8":          strings.Replace(good, "86", "8\xff", 1),
	} {
		if _, err := wechat.DecryptUserData("wxmini", vectorKey, seal(t, plain), vectorIV, ""); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func seal(t *testing.T, plain string) string {
	t.Helper()
	b := []byte(plain)
	pad := aes.BlockSize - len(b)%aes.BlockSize
	b = append(b, strings.Repeat(string(rune(pad)), pad)...)
	block, err := aes.NewCipher(decode(t, vectorKey))
	must(t, err)
	cipher.NewCBCEncrypter(block, decode(t, vectorIV)).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}
