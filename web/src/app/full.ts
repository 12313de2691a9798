import './full.css'
