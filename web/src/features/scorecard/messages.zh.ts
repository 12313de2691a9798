export default {
  'bar.confirmed': '已确认',
  'bar.unknown': '不明',
  'bar.failed': '未解决',
  'bar.text': '共 {n} 件：已确认 {confirmed}%，不明 {unknown}%，未解决 {failed}%',
  'bar.none': '还没有结束的纠纷',
  'bar.n': { other: '{n} 件' },
  'bar.window': '{from} 至 {to}',
  'grade.few': '样本不足',
  'grade.bound': '至少 {percent}',
} as const
