# 1. 准备：J 是演示打印的 demo.json；M 正在表决，D 已有结果
J={json}
B=$(jq -r .base_url $J); M=$(jq .meetings.open $J); D=$(jq .meetings.certified $J); R=$RANDOM
token() { jq -r ".actors.$1.token" $J; }
get() { curl -s "$B$2" -H "Authorization: Bearer $(token $1)"; }
post() { curl -s "$B$2" -H "Authorization: Bearer $(token $1)" -H 'Content-Type: application/json' -d "$3"; }
# 2. 谁都能看：议题、依据、各幢投了多少；看不到任何人怎么投
curl -s $B/public/v1/meetings/$M | jq -c '.title, (.motions[]|[.title,.law.clause])'
get owner /miniapp/v1/meetings/$M/turnout | jq -c '[.voted,.missing]'
# 3. 演示邻居一次投完两个议题，答复就是回执
post neighbour /miniapp/v1/meetings/$M/ballots '{"seat_no":2,"client_ref":"walk-'$R'","choices":'"$(get neighbour /miniapp/v1/meetings/$M | jq -c '[.motions[]|{motion_id:.id,choice:"yes"}]')"'}' | tee /tmp/receipt.json | jq -c '[.code,.check_url]'
# 4. 不用账号，凭回执号查：票在不在签名公布的记录里，计不计票（演示里新票一分钟内公布）
CODE=$(jq -r .code /tmp/receipt.json)
until curl -s $B/public/v1/ballots/$CODE | jq -e .published > /dev/null; do sleep 1; done; curl -s $B/public/v1/ballots/$CODE | jq -c '.ballots[]|[.title,.state,.leaf_index]'
# 5. 已有结果的会议：下载两种数据包，不用网络和数据库，逐票重新计票
K=$(jq -r .meetings.key $J)
curl -s $B/public/v1/meetings/$D/bundle -o /tmp/public.zip; get owner /miniapp/v1/meetings/$D/bundle > /tmp/owners.zip
go run ./server verify --key "$K" /tmp/public.zip /tmp/owners.zip | tail -3
# 6. 只用公布的数字再算一遍：人数和面积各有多少、要多少、够不够
curl -s $B/public/v1/meetings/$D | jq -c '.result.tally.motions[0].result|{date:"2026-03-01",matter,scope,returned,void,yes:.items[0].yes,no:.items[0].no,abstain:.items[0].abstain}' | go run ./server decide | jq -c '.strict|[.outcome,.participation.heads,.participation.area,.consent.heads,.consent.area]'
# 7. 业委会的决定，和每位委员怎么投的
get owner /miniapp/v1/estates/$(jq .actors.owner.estate $J)/committee/decisions | jq -c '.items[]|[.resolution,.title,(.votes[]|[.name,.choice_name])]'
