package wechatpay

import (
	"bufio"
	"context"
	"crypto/sha1" // #nosec G505 -- the hash that WeChat states for its bills
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"github.com/linli-city/linli/models/calendar"
	"github.com/linli-city/linli/models/checkout"
	"github.com/linli-city/linli/models/money"
)

var errEmptyBill = errors.New("wechatpay: nothing happened on that day")

// maxRows is more payments than an estate has in a day.
const maxRows = 200_000

// TradeBill reads a day's bill, streamed and bounded; it is believed only whole, when its hash is the one that the signed answer states.
func (c *Client) TradeBill(ctx context.Context, day time.Time) (*checkout.TradeBill, error) {
	res, err := c.api.Get(ctx, consts.WechatPayAPIServer+"/v3/bill/tradebill?bill_type=ALL&bill_date="+day.Format(time.DateOnly))
	if err != nil {
		if err = c.plain("bill", err); errors.Is(err, errEmptyBill) {
			return &checkout.TradeBill{}, nil
		}
		return nil, err
	}
	defer func() { _ = res.Response.Body.Close() }()
	var at struct {
		HashType string `json:"hash_type"`
		Hash     string `json:"hash_value"`
		URL      string `json:"download_url"`
	}
	if err := json.NewDecoder(res.Response.Body).Decode(&at); err != nil || at.HashType != "SHA1" {
		return nil, fmt.Errorf("wechatpay bill: no address that can be believed")
	}
	if u, err := url.Parse(at.URL); err != nil || u.Scheme != "https" || u.Host != host && u.Host != spareHost {
		return nil, fmt.Errorf("wechatpay bill: the address is not WeChat's") // our signature goes nowhere else
	}
	file, err := c.bills.Get(ctx, at.URL)
	if err != nil {
		return nil, c.plain("bill file", err)
	}
	defer func() { _ = file.Response.Body.Close() }()
	sum := sha1.New() // #nosec G401 -- see above
	rows, err := readBill(io.TeeReader(file.Response.Body, sum))
	if err != nil {
		return nil, err
	}
	got := hex.EncodeToString(sum.Sum(nil))
	if subtle.ConstantTimeCompare([]byte(got), []byte(strings.ToLower(at.Hash))) != 1 {
		return nil, fmt.Errorf("wechatpay bill: the file is not the one that was stated")
	}
	return &checkout.TradeBill{Hash: got, Rows: rows}, nil
}

// The columns that matter, by WeChat's own headings.
var wanted = []string{"交易时间", "公众账号ID", "商户号", "微信订单号", "商户订单号", "交易状态", "订单金额", "微信退款单号", "商户退款单号", "申请退款金额", "退款状态", "手续费"}

// readBill reads to the end, so that the hash is of the whole file. Each cell begins with a backtick; the sums at the end are left out.
func readBill(r io.Reader) ([]checkout.BillRow, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), 64<<10)
	var rows []checkout.BillRow
	var at map[string]int
	sums := false
	for n := 0; lines.Scan(); n++ {
		line := strings.TrimPrefix(strings.TrimRight(lines.Text(), "\r\n"), "\ufeff")
		switch {
		case n == 0:
			at = map[string]int{}
			for i, name := range strings.Split(line, ",") {
				at[strings.TrimSpace(name)] = i
			}
			for _, name := range wanted {
				if _, ok := at[name]; !ok {
					return nil, fmt.Errorf("wechatpay bill: the column %s is missing", name)
				}
			}
		case sums || line == "":
		case !strings.HasPrefix(line, "`"):
			sums = true
		default:
			if len(rows) == maxRows {
				return nil, fmt.Errorf("wechatpay bill: more than %d rows", maxRows)
			}
			row, err := readRow(strings.Split(strings.TrimPrefix(line, "`"), ",`"), at)
			if err != nil {
				return nil, fmt.Errorf("wechatpay bill, line %d: %w", n+1, err)
			}
			rows = append(rows, row)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("wechatpay bill: it breaks off")
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, fmt.Errorf("wechatpay bill: it breaks off")
	}
	return rows, nil
}

func readRow(cells []string, at map[string]int) (row checkout.BillRow, err error) {
	cell := func(name string) string {
		if i := at[name]; i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	row = checkout.BillRow{AppID: cell("公众账号ID"), MchID: cell("商户号"), TransactionID: cell("微信订单号"), Number: cell("商户订单号")}
	if row.At, err = time.ParseInLocation(time.DateTime, cell("交易时间"), calendar.Shanghai); err != nil {
		return row, errors.New("no time")
	}
	amount := cell("订单金额")
	switch cell("交易状态") {
	case "SUCCESS":
		row.Paid = true
	case "REFUND":
		row.RefundID, row.RefundNumber, amount = cell("微信退款单号"), cell("商户退款单号"), cell("申请退款金额")
		state := cell("退款状态")
		if state == "FAIL" {
			state = "CLOSED"
		}
		if row.RefundState, err = refundState(state); err != nil {
			row.Odd = "REFUND " + code(state)
		}
	default:
		row.Odd = code(cell("交易状态"))
	}
	if row.Fee, err = feeOf(cell("手续费")); err != nil {
		return row, err
	}
	if row.Odd != "" {
		return row, nil // its amount is not counted
	}
	if row.Amount, err = money.Parse(amount); err != nil {
		return row, errors.New("no amount")
	}
	return row, nil
}

// feeOf reads what WeChat keeps, yuan with five decimals, in thousandths of a fen.
func feeOf(text string) (int64, error) {
	digits, minus := strings.CutPrefix(text, "-")
	whole, part, _ := strings.Cut(digits, ".")
	n, err := strconv.ParseUint(whole+(part + "00000")[:5], 10, 50)
	if err != nil || len(part) > 5 {
		return 0, errors.New("no fee")
	}
	if minus {
		return -int64(n), nil
	}
	return int64(n), nil
}
