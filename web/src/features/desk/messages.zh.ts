export default {
  'desk.title': '工作台',
  'desk.empty': '这里还没有内容',
  'staff.title': '成员',
  'staff.empty': '这里还没有内容',
} as const
