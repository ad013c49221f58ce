import type { SameWords } from '../shape.ts'
import type { portalStaff as zhCN } from '../zh-CN/portal-staff.ts'

export const portalStaff: SameWords<typeof zhCN> = {
  title: 'Patient portal',
  noReport: 'There are no reports.',
  state: {
    open: 'patient can read it',
    read: 'patient has read it',
    seen: 'waits for a doctor',
    talked: 'waits for a talk',
    nothing: 'patient can read it',
  },
  abnormal: '{{n}} outside the usual range',
  seen: 'I have seen it: open',
  talked: 'I have explained it: open',
  all: 'All {{n}} reports',
  proxies: 'Acting for the patient',
  add: 'Add somebody who acts for the patient',
  added: 'Added',
  for: 'Reads the portal, books and answers for {{name}}.',
  who: 'Who',
  nobody: 'Nobody found',
  as: 'As',
  kind: { guardian: 'guardian (below 14)', carer: 'carer', child: 'son or daughter' },
  reference: 'Proof',
  referenceHint:
    'Such as the family register, the number of an authorisation, or the day on which the patient agreed',
  untilLabel: 'Until (may stay empty)',
  until: 'until {{day}}',
  end: 'End',
}
