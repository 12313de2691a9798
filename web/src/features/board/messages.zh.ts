export default {
  'board.title': '看板',
  'board.empty': '这里还没有内容',
  'case.title': '案件',
  'case.empty': '这里还没有内容',
  'decision.title': '受理决定',
  'decision.empty': '这里还没有内容',
  'applications.title': '入驻申请',
  'applications.empty': '这里还没有内容',
  'enterprises.title': '入驻企业',
  'enterprises.empty': '这里还没有内容',
} as const
