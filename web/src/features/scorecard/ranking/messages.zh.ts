/** Texts of the ranking. */
export default {
  'ranking.title': '企业榜单',
  'ranking.lead': '按“至少有多大把握真正解决”排序，不看付费，不看规模。',
  'ranking.region': '地区',
  'ranking.all': '全部地区',
  'ranking.empty': '这个地区还没有入驻企业',
  'ranking.emptyText': '换一个地区看看，或者请您的商家加入。',
  'ranking.insufficient': '样本不足，暂不排名',
  'ranking.position': '第 {n} 名',
  'ranking.caption': '企业和解成绩，按保守估计的确认率从高到低',
  'ranking.invite': '请商家加入',
  'ranking.more': '显示更多',
  'ranking.running': { other: '{n} 件进行中' },
} as const
