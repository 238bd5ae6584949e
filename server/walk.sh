# 1. 准备：J 是演示打印的 demo.json
J={json}
B=$(jq -r .base_url $J); E=$(jq .actors.owner.estate $J); R=$RANDOM
token() { jq -r ".actors.$1.token" $J; }
unit() { jq ".organisations[\"$1\"]" $J; }
get() { curl -s "$B$2" -H "Authorization: Bearer $(token $1)"; }
post() { curl -s "$B$2" -H "Authorization: Bearer $(token $1)" -H 'Content-Type: application/json' -d "$3"; }
# 2. 业主投诉消防通道被违建占用：答复里有编号、条款、主办单位、时限和先打的电话
post owner /miniapp/v1/suggestions '{"text":"东门消防通道被人搭了棚子"}' | jq -c '.items[0]'
ID=$(post owner /miniapp/v1/complaints '{"estate_id":'$E',"matter":"fire-lane","part":"fire-lane","lat":26.258,"lng":107.518,"text":"东门消防通道被人搭了棚子，消防车进不来","client_ref":"walk-'$R'"}' | tee /tmp/case.json | jq .id); jq -c '[.number,.clause,.lead,.due_at,.call]' /tmp/case.json
# 3. 消防、自然资源局先后引用条款退办，领导小组办公室裁定由社区牵头
post department_fire /office/v1/complaints/$ID/refuse '{"clause":"五(三)4","text":"搭建要先认定","to":'$(unit natural-resources)'}' | jq -r .state_name
post department_natural_resources /office/v1/complaints/$ID/refuse '{"clause":"五(六)2","text":"占用通道由消防查处"}' | jq -r .state_name
post leading_group_office /office/v1/complaints/$ID/arbitrate '{"clause":"五(二)13","text":"由社区牵头吹哨","to":'$(unit demo-community)'}' | jq -r .state_name
post community /office/v1/complaints/$ID/accept '{}' | jq -r .state_name
# 4. 社区申请吹哨，办事处负责人签批
W=$(post community /office/v1/whistles '{"case_id":'$ID',"reason":"认定、清障、拆除分属三个部门，社区无权处理","sort":"simple","place":"东门消防通道","lat":26.258,"lng":107.518,"client_ref":"whistle-'$R'","calls":[{"to":'$(unit fire)',"clause":"五(六)2","text":"清障"},{"to":'$(unit natural-resources)',"clause":"五(三)4","text":"认定"},{"to":'$(unit urban-enforcement)',"clause":"五(四)6","text":"拆除"}]}' | jq .id)
post township /office/v1/whistles/$W/signature '{"blow":true}' | jq -r .state_name
# 5. 三个部门带定位和照片报到，记下纪要
echo {pixel} | base64 -d > /tmp/site.png
photo() { curl -s $B/office/v1/files -H "Authorization: Bearer $(token $1)" -F purpose=photo -F client_ref=walk-$1-$R -F file=@/tmp/site.png | jq .id; }
for D in fire natural_resources urban_enforcement; do post department_$D /office/v1/whistles/$W/check-in '{"lat":26.2581,"lng":107.518,"file_id":'$(photo department_$D)'}' | jq -c '[.calls[]|select(.arrived_at)|[.office,.state_name,.metres]]'; done
post community /office/v1/whistles/$W/minutes '{"text":"三方现场认定违建并当场拆除，通道恢复四米净宽","client_ref":"minute-'$R'"}' | jq -c '.minutes[0].text'
# 6. 销哨，评价到场的每个部门
post community /office/v1/whistles/$W/closing '{"text":"违建已拆除，消防通道恢复畅通"}' | jq -r .state_name
for D in fire natural-resources urban-enforcement; do post community /office/v1/whistles/$W/ratings/$(unit $D) '{"response":"yes","solved":"yes","satisfied":"yes"}' | jq -c '[.calls[]|select(.rating)|[.office,.rating.satisfied]]'; done
# 7. 社区答复（四个要素缺一不可），业主收到通知，评价，确认办结
post community /office/v1/complaints/$ID/answer '{"report":{"accepted_on":"今天上午","contacted":"三个部门和投诉人","did":"违建已当场拆除","next":"已办完"}}' | jq -r .state_name
get owner /miniapp/v1/inbox | jq -r '.items[:3][].title'
post owner /miniapp/v1/complaints/$ID/rating '{"rating":{"response":"yes","solved":"yes","satisfied":"yes"}}' | jq -c .rating
post owner /miniapp/v1/complaints/$ID/confirm '{}' | jq -r '.state_name, (.steps[]|.at[11:16]+" "+.by+" "+.name)'
# 8. 三率；别的小区查不到这一件
get bureau "/office/v1/figures?from=$(jq -nr 'now-86400|strftime("%Y-%m-%d")')&to=$(jq -nr 'now+86400|strftime("%Y-%m-%d")')" | jq -c '.items[]|[.name,.people]'
get owner_foreign /miniapp/v1/complaints/$ID | jq -r .detail
