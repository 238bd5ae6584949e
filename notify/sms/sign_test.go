package sms

import (
	"net/http"
	"testing"
)

// TestSignatureOfTheDocumentation signs the example of Aliyun's "V3版本请求体&签名机制".
func TestSignatureOfTheDocumentation(t *testing.T) {
	t.Parallel()
	query := canonical(map[string]string{"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://ecs.cn-shanghai.aliyuncs.com/?"+query, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("x-acs-action", "RunInstances")
	r.Header.Set("x-acs-version", "2014-05-26")
	r.Header.Set("x-acs-date", "2023-10-26T10:22:32Z")
	r.Header.Set("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d")
	accessKey{"YourAccessKeyId", "YourAccessKeySecret"}.authorize(r)
	const want = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestParametersAreEscapedAfterRFC3986(t *testing.T) {
	t.Parallel()
	if got := canonical(map[string]string{"b": "a b*~", "a": `{"x":"水+1"}`, "B": ""}); got != "B=&a=%7B%22x%22%3A%22%E6%B0%B4%2B1%22%7D&b=a%20b%2A~" {
		t.Error(got)
	}
}
