import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  changeListMembers,
  createList,
  getSegment,
  listSegmentMembers,
  listSegments,
  mostRows,
  type Segment,
  type UnusedRow,
} from '../../../contract/segment.ts'
import { count } from '../../format/number.ts'
import { useMe } from '../../session.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { AreaField, FieldRow, FileField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { useDo } from '../../ui/useDo.ts'

type Props = {
  /** The list that persons are added to; without one, a new list is made. */
  list?: Segment
  onClose: () => void
  onMade?: (id: number) => void
}

/** A list of persons from numbers that were pasted or stand in a file; what led to nobody is said line by line. */
export function ListDialog({ list, onClose, onMade }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const [name, setName] = useState('')
  const [code, setCode] = useState('')
  const [text, setText] = useState('')
  const [unused, setUnused] = useState<{ rows: UnusedRow[]; id: number } | null>(null)
  const stale = [listSegments, getSegment, listSegmentMembers]
  const finish = (id: number, rows: UnusedRow[]) => {
    if (rows.length > 0) setUnused({ rows, id })
    else close(id)
  }
  const close = (id: number) => {
    onClose()
    onMade?.(id)
  }
  const make = useDo(createList, {
    stale,
    done: ({ segment }) => t('segments.listMade', { n: count(segment.members) }),
    onDone: ({ segment, unused: rows }) => finish(segment.id, rows),
  })
  const add = useDo(changeListMembers, {
    stale,
    done: ({ members }) => t('segments.listChanged', { n: count(members) }),
    onDone: ({ unused: rows }) => finish(list?.id ?? 0, rows),
  })
  const rows = text
    .split(/\r?\n/)
    .map((line) => (line.split(/[,;\t]/)[0] ?? '').trim())
    .filter(Boolean)
  const tooMany = rows.length > mostRows
  if (unused)
    return (
      <Dialog
        title={t('segments.unusedRows', { n: count(unused.rows.length) })}
        onClose={() => close(unused.id)}
      >
        <ul className="segment-unused">
          {unused.rows.slice(0, 200).map((one) => (
            <li key={one.row}>
              <span className="secondary">{t('segments.rowAt', { row: one.row })}</span>{' '}
              <span className="mono">{one.text}</span> {t(`segments.why.${one.why}`)}
            </li>
          ))}
        </ul>
      </Dialog>
    )
  const siteId =
    me.permissions['segment.write'] === 'all'
      ? null
      : (me.grants.flatMap((grant) => grant.siteId ?? [])[0] ?? null)
  return (
    <FormDialog
      title={list ? t('segments.upload') : t('segments.addList')}
      saving={make.isPending || add.isPending}
      disabled={tooMany || (list ? rows.length === 0 : name.trim() === '' || code.trim() === '')}
      onClose={onClose}
      onSave={() =>
        list
          ? add.mutate({ params: { id: list.id }, body: { rows } })
          : make.mutate({ body: { name, code, siteId, ...(rows.length > 0 && { rows }) } })
      }
    >
      {!list && (
        <FieldRow>
          <TextField
            required
            autoFocus
            label={t('segments.name')}
            maxLength={100}
            value={name}
            onChange={setName}
          />
          <TextField
            required
            mono
            label={t('segments.code')}
            hint={t('segments.codeHint')}
            maxLength={60}
            value={code}
            onChange={setCode}
          />
        </FieldRow>
      )}
      <AreaField
        label={t('segments.rows')}
        hint={t('segments.uploadHint')}
        {...(tooMany && { error: t('segments.tooMany', { n: count(mostRows) }) })}
        rows={8}
        value={text}
        onChange={setText}
      />
      <FileField
        label={t('segments.rowsFile')}
        accept=".txt,.csv,text/plain,text/csv"
        onFile={(file) => void file.text().then(setText)}
      />
    </FormDialog>
  )
}
