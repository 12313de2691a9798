export default {
  'ranking.title': '企业榜单',
  'ranking.empty': '这里还没有内容',
  'desk.title': '本企业成绩',
  'desk.empty': '这里还没有内容',
} as const
