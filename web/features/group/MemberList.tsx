import { personColumn } from '../../app/personColumn.tsx'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type GroupDetail, type GroupMember, listGroupMembers } from '../../../contract/group.ts'
import { useCode } from '../../i18n/useCode.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, ListTable, useList, column } from '../../ui/ListPage.tsx'
import { TextFilter } from '../../ui/TextFilter.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { MemberDialog } from './MemberDialog.tsx'

type Open = { member: GroupMember | null; ending: boolean } | null

/** Members within reach, page by page; search and "former" stand in the address. */
export function MemberList({ group }: { group: GroupDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const [filters, setFilters] = useFilters()
  const [open, setOpen] = useState<Open>(null)
  const search = first(filters['search'])
  const former = first(filters['members']) === 'former'
  const members = useList(
    listGroupMembers,
    { current: !former, ...(search && { search }) },
    { params: { id: group.id } },
  )

  const columns: Column<GroupMember>[] = [
    personColumn(t('groups.memberName'), (one) => ({ id: one.personId, name: one.name }), {
      key: 'name',
      width: '20%',
      after: (one) => <span className="secondary small">{code('sex', one.sex)}</span>,
    }),
    column('phone', t('groups.memberPhone'), 130, (one) => one.phone ?? '—'),
    column('number', t('groups.employeeNumber'), 110, (one) => (
      <span className="mono">{one.employeeNumber ?? '—'}</span>
    )),
    column('department', t('groups.place'), (one) =>
      [one.department, one.title, t(`groups.memberRoles.${one.role}`)].filter(Boolean).join(' · '),
    ),
    column('since', t('groups.since'), 110, (one) => <span className="group-day">{one.since ?? '—'}</span>),
    ...(former ? [column('until', t('groups.lastDay'), 110, (one: GroupMember) => one.until ?? '—')] : []),
    column('visit', t('groups.lastVisit'), { width: 100, wideOnly: true }, (one) => (
      <TimeText at={one.lastVisitAt} />
    )),
    ...(group.abilities.write
      ? [
          column('actions', '', { width: 110, align: 'right' as const }, (one: GroupMember) => (
            <span className="row-actions group-day">
              <button
                type="button"
                className="plain-button"
                onClick={() => setOpen({ member: one, ending: false })}
              >
                {t('common.edit')}
              </button>
              {one.until === null && (
                <button
                  type="button"
                  className="plain-button"
                  onClick={() => setOpen({ member: one, ending: true })}
                >
                  {t('groups.endMember')}
                </button>
              )}
            </span>
          )),
        ]
      : []),
  ]

  return (
    <section className="panel" aria-label={t('groups.members')}>
      <div className="panel-head">
        <h2>{t('groups.members')}</h2>
        {group.abilities.write && (
          <Button onClick={() => setOpen({ member: null, ending: false })}>{t('groups.addMember')}</Button>
        )}
      </div>
      <div className="group-member-filters">
        <TextFilter label={t('groups.memberSearch')} of="search" />
        {(['current', 'former'] as const).map((view) => (
          <button
            key={view}
            type="button"
            className="chip"
            aria-pressed={former === (view === 'former')}
            onClick={() => setFilters({ members: view === 'former' ? 'former' : undefined })}
          >
            {t(`groups.${view}`)} {view === 'former' ? group.formerMembers : group.members}
          </button>
        ))}
      </div>
      <ListTable
        label={t('groups.members')}
        source={members}
        columns={columns}
        rowKey={(one) => one.id}
        empty={
          search
            ? { title: t('groups.noMembersFound') }
            : former
              ? { title: t('groups.noFormer') }
              : { title: t('groups.noMembers'), hint: t('groups.noMembersHint') }
        }
      />
      {open && <MemberDialog groupId={group.id} {...open} onClose={() => setOpen(null)} />}
    </section>
  )
}
