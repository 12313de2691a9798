export default {
  'enterprise.title': '企业成绩',
  'enterprise.empty': '这里还没有内容',
  'apply.title': '企业入驻',
  'apply.empty': '这里还没有内容',
} as const
