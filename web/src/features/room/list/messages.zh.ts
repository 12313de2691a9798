export default {
  'cases.title': '我的纠纷',
  'cases.lead': '轮到您的排在最前面。',
  'cases.empty': '还没有纠纷',
  'cases.emptyText': '找到商家，说出您的问题，就可以开始和解。',
  'cases.find': '查找商家',
  'cases.unread': { other: '{n} 条新消息' },
  'cases.more': '加载更早的纠纷',
} as const
