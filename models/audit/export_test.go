package audit

var DigestForTest = digest
