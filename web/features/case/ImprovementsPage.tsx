import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Improvement, improvementStatus, listImprovements } from '../../../contract/improvement.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { first, useFilters } from '../../ui/filters.ts'
import { type Column, column, ListPage, useList } from '../../ui/ListPage.tsx'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { StatusTag, type Tone } from '../../ui/StatusTag.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useCasePlaces } from './useCasePlaces.ts'

export const improvementTones: Record<Improvement['status'], Tone> = {
  planned: 'primary',
  done: 'info',
  told: 'success',
}

/** What complaints have changed in the hospital. */
export default function ImprovementsPage() {
  const { t } = useTranslation()
  const shipped = useShipped()
  const navigate = useNavigate()
  const [filters] = useFilters()
  const { departmentChoices, categoryChoices } = useCasePlaces()
  const status = improvementStatus.options.find((one) => one === first(filters['status']))
  const departmentId = Number(first(filters['departmentId'])) || undefined
  const categoryId = Number(first(filters['categoryId'])) || undefined
  const source = useList(listImprovements, {
    ...(status && { status }),
    ...(departmentId && { departmentId }),
    ...(categoryId && { categoryId }),
  })
  const columns: Column<Improvement>[] = [
    column('title', t('improvements.name'), (one) => (
      <Link to="/improvements/$id" params={{ id: String(one.id) }}>
        {one.title}
      </Link>
    )),
    column('category', t('improvements.category'), (one) => shipped(one.categoryName)),
    column('department', t('improvements.department'), (one) => one.departmentName),
    column('owner', t('improvements.owner'), (one) => one.ownerName ?? t('improvements.noOwner')),
    column('due', t('improvements.due'), (one) => (
      <>
        <TimeText at={one.dueDate} show="day" />{' '}
        {one.overdue && <StatusTag tone="danger">{t('improvements.late')}</StatusTag>}
      </>
    )),
    column('done', t('improvements.done'), (one) => <TimeText at={one.doneDate} show="day" />),
    column('cases', t('improvements.cases'), { align: 'right', width: 90 }, (one) => one.cases),
    column('status', t('cases.statusLabel'), (one) => (
      <StatusTag tone={improvementTones[one.status]}>{t(`improvements.status.${one.status}`)}</StatusTag>
    )),
  ]
  return (
    <ListPage
      title={t('improvements.title')}
      filters={
        <>
          <SelectFilter
            label={t('cases.statusLabel')}
            all={t('improvements.all')}
            of="status"
            options={improvementStatus.options.map((one) => ({
              value: one,
              text: t(`improvements.status.${one}`),
            }))}
          />
          <SelectFilter
            label={t('improvements.category')}
            all={t('cases.allCategories')}
            of="categoryId"
            options={categoryChoices}
          />
          <SelectFilter
            label={t('improvements.department')}
            all={t('cases.allDepartments')}
            of="departmentId"
            options={departmentChoices}
          />
        </>
      }
      source={source}
      columns={columns}
      rowKey={(one) => one.id}
      onOpen={(one) => void navigate({ to: '/improvements/$id', params: { id: String(one.id) } })}
      empty={{ title: t('improvements.none'), hint: t('improvements.noneHint') }}
    />
  )
}
