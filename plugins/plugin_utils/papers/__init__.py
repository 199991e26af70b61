"""Official papers in the layout of Nghị định 30/2020/NĐ-CP: letters, records, reports and lists.

`model` is what a paper consists of, without any layout; `drawing` makes a PDF of papers, by the rules of `layout`;
`text` shows a paper at a terminal. Whoever writes a paper only composes a `model.Paper`.
"""
