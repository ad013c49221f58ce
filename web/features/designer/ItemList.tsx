import { ArrowDownOutlined, ArrowUpOutlined, CopyOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { type Dispatch, type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../../../contract/questionnaire-check.ts'
import type { Question } from '../../../contract/questionnaire.ts'
import { PickField } from '../../ui/fields.ts'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { useLocalized } from '../task/localized.ts'
import type { DesignAction } from './design.ts'

const types: Question['type'][] = [
  'choice',
  'multiple',
  'boolean',
  'scale',
  'integer',
  'decimal',
  'date',
  'string',
  'text',
  'matrix',
  'photo',
  'group',
  'display',
]

type ItemListProps = {
  items: Question[]
  selected: number | null
  problems: Problem[]
  dispatch: Dispatch<DesignAction>
}

/** The questions in their order. Up and down walk, with Alt they move the question. */
export function ItemList({ items, selected, problems, dispatch }: ItemListProps) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const [type, setType] = useState<Question['type']>('choice')
  const open = selected === null ? undefined : items[selected]

  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>, at: number) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (by === null || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    if (event.altKey) dispatch({ do: 'move', at, by })
    else if (items[at + by]) dispatch({ do: 'select', at: at + by })
    const list = event.currentTarget.closest('ol')
    const target = items[at + by] ? at + by : at
    list?.querySelectorAll<HTMLButtonElement>('.design-item')[target]?.focus()
  }

  return (
    <section className="design-list" aria-labelledby="design-questions">
      <h2 id="design-questions">{t('designer.questions')}</h2>
      {items.length === 0 && <p className="secondary">{t('designer.noQuestions')}</p>}
      <ol>
        {items.map((item, at) => (
          <li key={item.linkId}>
            <button
              type="button"
              className="design-item"
              aria-current={at === selected}
              onClick={() => dispatch({ do: 'select', at })}
              onKeyDown={(event) => onKeyDown(event, at)}
            >
              <span className="ellipsis">{localized(item.text) || t('designer.untitled')}</span>
              <span className="secondary small">
                {item.linkId} · {t(`questionnaires.type.${item.type}`)}
              </span>
              {problems.some((one) => one.linkId === item.linkId) && <StatusTag tone="danger">!</StatusTag>}
            </button>
          </li>
        ))}
      </ol>
      {open && selected !== null && (
        <div className="design-tools">
          <Button
            size="small"
            aria-label={t('designer.up')}
            icon={<ArrowUpOutlined aria-hidden />}
            disabled={selected === 0}
            onClick={() => dispatch({ do: 'move', at: selected, by: -1 })}
          />
          <Button
            size="small"
            aria-label={t('designer.down')}
            icon={<ArrowDownOutlined aria-hidden />}
            disabled={selected === items.length - 1}
            onClick={() => dispatch({ do: 'move', at: selected, by: 1 })}
          />
          <Button
            size="small"
            aria-label={t('designer.copy')}
            icon={<CopyOutlined aria-hidden />}
            onClick={() => dispatch({ do: 'copy', at: selected })}
          />
          <Button
            size="small"
            aria-label={t('designer.remove')}
            icon={<DeleteOutlined aria-hidden />}
            onClick={() => dispatch({ do: 'remove', at: selected })}
          />
        </div>
      )}
      <div className="design-add">
        <PickField
          label={t('designer.type')}
          value={type}
          options={types.map((one) => ({ value: one, text: t(`questionnaires.type.${one}`) }))}
          onChange={(one) => setType(one as Question['type'])}
        />
        <Button onClick={() => dispatch({ do: 'add', type })}>{t('designer.add')}</Button>
      </div>
    </section>
  )
}
