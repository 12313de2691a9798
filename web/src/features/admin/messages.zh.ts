export default {
  'admin.title': '管理',
  'admin.empty': '这里还没有内容',
  'setup.title': '初次设置',
  'setup.empty': '这里还没有内容',
} as const
