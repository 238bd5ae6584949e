# 1. 准备：J 是演示打印的 demo.json；E 是小区，U 是演示业主的家
J={json}
B=$(jq -r .base_url $J); E=$(jq .actors.owner.estate $J); U=$(jq .actors.owner.unit $J); R=$RANDOM
token() { jq -r ".actors.$1.token" $J; }
get() { curl -s "$B$2" -H "Authorization: Bearer $(token $1)"; }
post() { curl -s "$B$2" -H "Authorization: Bearer $(token $1)" -H 'Content-Type: application/json' -d "$3"; }
# 2. 业主看物业费：每张账单多少、交了多少、是怎么算出来的
get owner /miniapp/v1/units/$U/fee-bills | jq -c '.items[]|[.title,.amount,.paid,.why]'
# 3. 收费员收10元；连点两下只收一次；业主马上看到收据
PAY='{"unit_id":'$U',"amount":"10","way":"cash","client_ref":"walk-'$R'"}'
post company_cashier /office/v1/estates/$E/fee-payments "$PAY" | jq -c .; post company_cashier /office/v1/estates/$E/fee-payments "$PAY" | jq -c .
get owner /miniapp/v1/units/$U/fee-receipts | jq -c '.items[0]|[.amount,.way_name]'
# 4. 剩下的用微信交：下单，在沙箱里付款，微信通知两次，只记一次账
O=$(post owner /miniapp/v1/units/$U/fee-orders '{"bill_ids":['$(get owner /miniapp/v1/units/$U/fee-bills | jq '[.items[]|select(.due!="0.00").id][0]')'],"client_ref":"wx-'$R'"}' | jq -c '[.id,.number,.amount]'); echo $O
curl -s -o /dev/null $B/sandbox-pay -d what=twice -d number=$(jq -r '.[1]' <<< $O); get owner /miniapp/v1/fee-orders/$(jq '.[0]' <<< $O) | jq -c '[.state,.amount]'
get owner /miniapp/v1/units/$U/fee-receipts | jq -c '.items[0]|[.amount,.way_name]'
# 5. 公共收益：收了多少、花了多少、该转给维修资金多少，哪一笔说不清
get owner /miniapp/v1/estates/$E/income | jq -c '[.contracts[0].title,.contracts[0].received,.bank],(.findings[]|.text)'
# 6. 维修资金：自己家的余额和每一笔；屋面维修走到哪一步，卡在哪里，怎样才能往下走
get owner /miniapp/v1/units/$U/fund | jq -c '.balance,(.lines[]|[.on,.what,.amount])'
P=$(get owner /miniapp/v1/estates/$E/fund-projects | jq '.items[0].id'); get company /office/v1/fund-projects/$P/gates | jq -c '.items[]|select(.open|not)|[.title,.why,.opens]' | sort -u | head -3
# 7. 谁都能看：公布了什么，还有什么该公布而没有公布
curl -s $B/public/v1/estates/$E/duties | jq -c '.items[0:3][]|[.title,.owed_by,.often,.clause]'
# 8. 账平不平：试算平衡，再从头核一遍
get company /office/v1/estates/$E/books/fee/trial?from=$(TZ=Asia/Shanghai date +%Y)-01-01\&to=$(TZ=Asia/Shanghai date +%F) | jq -c '.items[]|[.name,.opening,.debit,.credit,.ending]'
go run ./server verify --data $(dirname $J) | grep -E '^(audit chain|files|books|repairs from the fund|board)'
