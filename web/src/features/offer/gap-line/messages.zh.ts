export default {
  'gap.title': '双方距离',
  'gap.left': '还差 {amount}',
  'gap.none': '金额已经碰到一起',
  'gap.waiting': '等待{who}提出金额',
  'gap.consumer': '{who}要 {amount}',
  'gap.enterprise': '{who}给 {amount}',
  'gap.moved': '{who}已让步 {amount}',
  'gap.unmoved': '{who}没有变化',
  'gap.away': '{who}退回了 {amount}',
  'gap.text': '{consumer}提出的金额依次为 {asked}；{enterprise}提出的金额依次为 {given}。',
} as const
