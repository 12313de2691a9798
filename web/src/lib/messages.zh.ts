/** How time is told. */
export default {
  at24: '{day}24:00',
  estimated: '（暂按法定节假日推算）',
  workingDaysLeft: { other: '还有 {n} 个工作日' },
  daysLeft: { other: '还有 {n} 天' },
  lastDay: '今天是最后一天',
  overdueWorkingDays: { other: '已超期 {n} 个工作日' },
  justNow: '刚刚',
  lasting: '已{time}',
  sinceDay: '{day}起',
  workingDays: { other: '{n} 个工作日' },
  hours: { other: '{n} 小时' },
  minutes: { other: '{n} 分钟' },
  lessThanMinute: '不到 1 分钟',
  join: '{a} {b}',
} as const
