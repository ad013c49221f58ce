/** The desk on the doctor's own workstation, opened by a link. */
export const launch = {
  title: '患者随访',
  nothing: '这位患者没有待办的随访',
  nothingHint: '“等待”里是约好再打的，“已办”里是做完的。可以回到工作站了。',
  end: '退出',
  left: '已退出',
  leftHint: '要继续随访，请在工作站里重新打开。',
  ended: '这次登录已结束',
  endedHint: '太久没有操作，或已被结束。已填的答案都保存了，请在工作站里重新打开。',
  used: '这个链接已经用过',
  usedHint: '每个链接只能打开一次，请在工作站里重新打开。',
  expired: '这个链接已过期',
  expiredHint: '请在工作站里重新打开。',
  closed: '这个链接已失效',
  closedHint: '请在工作站里重新打开；还是不行，请联系信息科。',
  unreachable: '连不上服务器',
  unreachableHint: '请检查网络，再在工作站里重新打开。',
} as const
